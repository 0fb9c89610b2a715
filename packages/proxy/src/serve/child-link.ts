import type { Writable } from "node:stream";
import { OpsError } from "@mcp-ops/formats";
import { type Child, startChild } from "../child/child.ts";
import type { Ending } from "../child/ending.ts";
import { environmentFor } from "../child/environment.ts";
import type { EpochFile } from "../child/epoch-file.ts";
import { stopChild } from "../child/stop.ts";
import { PROXY_ERROR } from "../codes.ts";
import type { Warn } from "../signals/warn.ts";
import { LineReader } from "./line-reader.ts";
import { isMessage, type Message } from "./message.ts";

/** A message that is longer ends the server: it cannot be kept, and whoever asked for it must not wait for ever. */
const MAX_LINE_BYTES = 64 * 1024 * 1024;
/** So much may wait for a server that does not read. */
const MAX_WAITING_BYTES = 64 * 1024 * 1024;
/** What a server gets to end by itself, and again after SIGTERM. */
const PATIENCE_MS = 2_000;

/** A server over stdio, as messages. */
export class ChildLink {
  readonly ended: Promise<Ending>;
  readonly #child: Child;
  #isClosing = false;
  #hasExited = false;
  onMessage: (message: Message) => void = () => {};

  /** @throws OpsError when the command cannot be started. */
  static async start(command: readonly string[], onWarning: Warn, epochFile?: EpochFile): Promise<ChildLink> {
    const env = environmentFor(epochFile);
    return new ChildLink(await startChild(command, { env, folder: epochFile?.folder }), onWarning);
  }

  private constructor(child: Child, onWarning: Warn) {
    this.#child = child;
    this.ended = child.ended;
    void child.exited.then(() => {
      this.#hasExited = true;
    });
    child.stdin.on("error", () => {}); // Its end says more, and comes as well.
    const reader = new LineReader(MAX_LINE_BYTES, (line) => this.#read(line, onWarning));
    reader.onOverflow = () => {
      onWarning(tooLong());
      void this.close();
    };
    child.stdout.on("data", (chunk: Buffer) => reader.push(chunk));
  }

  /** Whether the server has stopped reading, so that it should be asked no more for now. */
  get isClogged(): boolean {
    return (this.#child.stdin as Writable).writableLength > MAX_WAITING_BYTES;
  }

  send(message: Message): void {
    if (this.#child.stdin.writable) this.#child.stdin.write(`${JSON.stringify(message)}\n`);
  }

  /** Whether the process is gone, though what it wrote or started may not be. */
  get hasExited(): boolean {
    return this.#hasExited;
  }

  /** Whether its end is ours. */
  get isClosing(): boolean {
    return this.#isClosing;
  }

  /** Ends the server and whatever it has started. */
  async close(): Promise<void> {
    this.#isClosing = true;
    await stopChild(this.#child, PATIENCE_MS);
  }

  #read(line: string, onWarning: Warn): void {
    if (line.trim() === "") return;
    const message = parsed(line);
    if (isMessage(message)) this.onMessage(message);
    else onWarning(noMessage());
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Without the line itself: it may hold anything. */
function noMessage(): OpsError {
  return new OpsError(
    PROXY_ERROR.noMessage,
    "The server wrote a line to stdout that is no JSON-RPC message; it is left out. Have it log to stderr.",
  );
}

function tooLong(): OpsError {
  return new OpsError(
    PROXY_ERROR.messageTooLong,
    `The server wrote a message of more than ${MAX_LINE_BYTES / 1024 / 1024} MiB, and has been ended. Have it answer in pages.`,
  );
}
