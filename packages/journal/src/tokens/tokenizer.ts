import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import { OpsError } from "@mcp-ops/formats";
import { JOURNAL_ERROR } from "../codes.ts";
import { type Sample, sample } from "./sample.ts";

export interface TokenizerOptions {
  /** Characters of one result that are counted; of longer ones windows are, and the count is scaled up. Default: 64 Ki. */
  readonly maxChars?: number | undefined;
  /** Results that may wait for the tokenizer; beyond, they are estimated. Default: 100. */
  readonly maxWaiting?: number | undefined;
}

export const DEFAULT_TOKENIZER_CHARS: number = 64 * 1024;
export const DEFAULT_TOKENIZER_WAITING = 100;

/** What the tokenizer has been given, and what it has looked at. */
export interface TokenizerShare {
  readonly chars: number;
  readonly countedChars: number;
}

/** OpenAI's `o200k_base` in a thread of its own, because it takes its time: a megabyte of ids takes seconds. */
export class Tokenizer {
  readonly #maxChars: number;
  readonly #maxWaiting: number;
  readonly #onWarning: (warning: OpsError) => void;
  readonly #waiting = new Map<
    number,
    { readonly scale: number; readonly resolve: (tokens: number | undefined) => void }
  >();
  #thread: { readonly worker: Worker; readonly port: MessagePort } | undefined;
  #isBroken = false;
  #asked = 0;
  #chars = 0;
  #countedChars = 0;

  constructor(options: TokenizerOptions, onWarning: (warning: OpsError) => void) {
    this.#maxChars = options.maxChars ?? DEFAULT_TOKENIZER_CHARS;
    this.#maxWaiting = options.maxWaiting ?? DEFAULT_TOKENIZER_WAITING;
    this.#onWarning = onWarning;
  }

  get share(): TokenizerShare {
    return { chars: this.#chars, countedChars: this.#countedChars };
  }

  /** Tokens of the texts together; undefined at once where there is no room or no tokenizer, and later where it broke. */
  count(texts: readonly string[]): Promise<number | undefined> | undefined {
    if (this.#isBroken || this.#waiting.size >= this.#maxWaiting) return undefined;
    this.#thread ??= this.#start();
    const { windows, scale } = sample(texts, this.#maxChars);
    const slices = windows.map(({ text, from, to }) => text.slice(from, to));
    this.#note(slices, scale);
    const id = ++this.#asked;
    this.#thread.port.postMessage({ id, texts: slices });
    return new Promise((resolve) => this.#waiting.set(id, { scale, resolve }));
  }

  async close(): Promise<void> {
    this.#giveUp();
    await this.#thread?.worker.terminate();
  }

  #note(slices: readonly string[], scale: Sample["scale"]): void {
    const chars = slices.reduce((sum, { length }) => sum + length, 0);
    this.#countedChars += chars;
    this.#chars += Math.round(chars * scale);
  }

  #start() {
    // Beside the sources it is a .ts file, in the package a .js file. Of the process's own flags none apply to it.
    const isSource = import.meta.url.endsWith(".ts");
    const file = isSource
      ? new URL("./tokenizer-thread.ts", import.meta.url)
      : new URL("./tokenizer-thread.js", import.meta.url);
    const { port1, port2 } = new MessageChannel();
    const worker = new Worker(file, {
      workerData: { port: port2 },
      transferList: [port2],
      execArgv: [],
      env: {},
      name: "mcp-ops-tokenizer",
    });
    port1.on("message", ({ id, tokens }: { id: number; tokens: number }) => {
      const one = this.#waiting.get(id);
      this.#waiting.delete(id);
      one?.resolve(Math.round(tokens * one.scale));
    });
    worker.on("error", (cause) => this.#broke(cause));
    worker.unref();
    port1.unref();
    return { worker, port: port1 };
  }

  #broke(cause: unknown): void {
    this.#giveUp();
    const message = `Tokens cannot be counted by a tokenizer (${(cause as Error).message}), and are estimated from now on. Install the package gpt-tokenizer beside @mcp-ops/journal, or leave out the option \`tokenizer\`.`;
    this.#onWarning(new OpsError(JOURNAL_ERROR.tokenizer, message, { cause }));
  }

  #giveUp(): void {
    this.#isBroken = true;
    for (const { resolve } of this.#waiting.values()) resolve(undefined);
    this.#waiting.clear();
  }
}
