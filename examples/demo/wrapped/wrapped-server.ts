import type { Sample } from "../figures/exposition.ts";
import { scrape } from "../figures/scrape.ts";
import { settled } from "../figures/settled.ts";
import { Tally } from "../figures/tally.ts";
import { Random } from "../random.ts";
import type { DemoClient } from "../traffic/client.ts";
import { pipeClient } from "../traffic/client-v2.ts";
import { work } from "../traffic/lanes.ts";
import { everything } from "./everything.ts";
import { STEPS } from "./steps.ts";
import { type Registered, WrapProcess } from "./wrap-process.ts";

export const WRAPPED_NAME = "server-everything";
const LANES = 2;

/** What a wrapped server shows on its socket at one moment, or why it shows nothing. */
export type WrappedLook = (Registered & { readonly samples: readonly Sample[] }) | { readonly absent: string };

/** Starts a third-party server behind `mcp-ops wrap`, and a client that keeps it busy. It registers in `folder`. Nobody waits for it: what goes wrong is a line to show. */
export function startWrapped(
  seed: number,
  folder: string,
  server: () => readonly string[] = everything,
): WrappedServer {
  return new WrappedServer(seed, folder, server);
}

export class WrappedServer implements AsyncDisposable {
  /** What its client saw. */
  readonly tally: Tally = new Tally();
  readonly #ending = new AbortController();
  readonly #worked: Promise<void>;
  #process: WrapProcess | undefined;
  #registered: Registered | undefined;
  #absent = "starting";

  constructor(seed: number, folder: string, server: () => readonly string[]) {
    this.#worked = this.#work(seed, folder, server).catch((error: unknown) => this.#leave(reason(error)));
  }

  /** Reads its socket, as a Prometheus beside it would. Never rejects. */
  async look(): Promise<WrappedLook> {
    try {
      return await this.#read();
    } catch (error) {
      return { absent: reason(error) };
    }
  }

  /** Lets the client finish what it is doing, and the figures catch up. The server stays, for a last look. */
  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#worked;
    // What cannot be read now cannot be read at the last look either, which shows why.
    await settled(async () => (await this.#read()).samples, this.tally).catch(() => {});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort();
    await this.#process?.[Symbol.asyncDispose]();
    await this.#worked;
  }

  async #work(seed: number, folder: string, server: () => readonly string[]): Promise<void> {
    const wrapped = new WrapProcess(WRAPPED_NAME, server(), folder);
    this.#process = wrapped;
    const client = await pipeClient(wrapped.pipe).catch(async (error: unknown) => {
      // That the pipe closed is the lesser half of what happened.
      throw wrapped.pipe.stdout.readableEnded ? new Error(await wrapped.ended) : error;
    });
    this.#registered = await wrapped.registered();
    // Not before: what cannot be read from outside is not compared.
    this.tally.add("initialize", "", "success");
    void wrapped.ended.then((how) => this.#leave(how));
    const parts = {
      client,
      era: "legacy",
      tally: this.tally,
      ending: this.#ending.signal,
      visitor: noVisitor,
    } as const;
    await work(LANES, STEPS, parts, new Random(seed));
  }

  async #read() {
    if (this.#registered === undefined) throw new Error(this.#absent);
    return { ...this.#registered, samples: await scrape(this.#registered.socketPath) };
  }

  #leave(why: string): void {
    this.#absent = `no figures: ${why}`;
    this.#registered = undefined;
    this.#ending.abort();
  }
}

/** A pipe has one client. */
async function noVisitor(): Promise<DemoClient> {
  throw new Error("nobody else can connect to a stdio server");
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
