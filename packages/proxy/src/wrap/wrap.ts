import { setTimeout as pause } from "node:timers/promises";
import { METRIC } from "@mcp-ops/formats";
import { type Child, startChild } from "../child/child.ts";
import type { Ending } from "../child/ending.ts";
import { environmentFor } from "../child/environment.ts";
import { openEpochFile } from "../child/epoch-file.ts";
import { forwardSignals } from "../child/forward-signals.ts";
import { stopChild } from "../child/stop.ts";
import { BackOff } from "./back-off.ts";
import { Flow } from "./flow.ts";
import type { WrapOptions } from "./options.ts";
import { whenOrphaned } from "./orphaned.ts";
import { type Streams, type WatchedPipe, watchPipe } from "./watched-pipe.ts";

/** A server without its client gets this long for each of the specification's three steps. */
const STOP_PATIENCE_MS = 2_000;
/** Of what gates answered: only gates can fill more than a chunk and a message, since a full output stops the server. */
const MAX_UNREAD_BYTES = 16 * 1024 * 1024;
/** A server that is started again greets within this, or is given up. */
const GREETING_PATIENCE_MS = 30_000;
/** Of the margin of a lease, which is 300 ms at least (R1): before its end no other node can lead. */
const STOP_AT_DEADLINE_MS = 100;
const WORKED_ON =
  "This node stopped leading while the server worked on a call. The server did not stop by itself, and is killed before another node can lead.";

/**
 * Runs a stdio server as a child and passes its pipe through, watched. Settles with the server's end, when all it wrote has
 * been handed over and nothing is left of its group.
 * @throws OpsError `PROXY_COMMAND_MISSING`, `PROXY_COMMAND_FAILED`
 */
export async function wrap(options: WrapOptions): Promise<Ending> {
  // First of all: what a server writes before anybody listens would be lost if it ended at once.
  const streams: Streams = { toServer: undefined, toClient: options.client.output };
  const pipe = await watchPipe(options, streams);
  const { role } = pipe.signals;
  const epochFile = role && openEpochFile(role, (error) => options.onWarning((error as Error).message));
  const env = environmentFor(epochFile);
  const start = () => startChild(options.command, { env, folder: epochFile?.folder });
  try {
    const wrapped = new Wrapped(options, pipe, streams, start, await start());
    return await wrapped.run();
  } finally {
    epochFile?.[Symbol.dispose]();
    await pipe.signals.close();
  }
}

class Wrapped {
  readonly #options: WrapOptions;
  readonly #pipe: WatchedPipe;
  readonly #streams: Streams;
  readonly #backOff = new BackOff();
  readonly #clientGone = new AbortController();
  readonly #start: () => Promise<Child>;
  #child: Child;
  #isUp = true;
  /** Told to end by a signal: then nothing is started again. */
  #isEnding = false;
  /** Settles with a signal that came while no server was there to be handed it: what is left to do is not wanted any more. */
  readonly #endedBy: PromiseWithResolvers<Ending> = Promise.withResolvers();

  constructor(options: WrapOptions, pipe: WatchedPipe, streams: Streams, start: () => Promise<Child>, child: Child) {
    this.#start = start;
    this.#options = options;
    this.#pipe = pipe;
    this.#streams = streams;
    this.#child = child;
  }

  async run(): Promise<Ending> {
    const { input, output } = this.#options.client;
    const { tap, fleet } = this.#pipe;
    const stopForwarding = forwardSignals((signal, to) => this.#signalled(signal, to));
    // Who does not read any more lets the server know it by a broken pipe, as without us.
    output.on("error", () => this.#child.stdout.destroy());
    const hideUp = fleet.showUp(
      () => tap.server,
      () => this.#isUp,
    );
    const stopWatching = this.#pipe.signals.role?.onChange(() => this.#roleChanged());
    try {
      const served = this.#serve().then(async (ending) => {
        await drained(output);
        return ending;
      });
      return await Promise.race([this.#endedBy.promise, served]);
    } finally {
      hideUp();
      input.destroy();
      stopForwarding();
      stopWatching?.();
    }
  }

  async #serve(): Promise<Ending> {
    const { tap } = this.#pipe;
    const { input, output } = this.#options.client;
    const fromClient = new Flow(
      input,
      (chunk) => tap.fromClient(chunk),
      // Who asks on and on what gates answer, and reads nothing, is not listened to either.
      () => (output.writableLength > MAX_UNREAD_BYTES ? [this.#child.stdin, output] : [this.#child.stdin]),
    );
    void fromClient.ended.then(() => this.#clientEnded());
    let isAgain = false;
    for (;;) {
      this.#met(this.#child);
      const startedAt = performance.now();
      const { ended } = new Flow(
        this.#child.stdout,
        (chunk) => tap.fromServer(chunk),
        () => [output],
      );
      void this.#child.exited.then(() => fromClient.hold());
      if (isAgain) void this.#greet(fromClient);
      const ending = await this.#child.ended;
      await ended;
      if (!(await this.#startsAgain(ending, performance.now() - startedAt))) return ending;
      isAgain = true;
    }
  }

  /** False when the server's end is ours. */
  async #startsAgain(ending: Ending, ranForMs: number): Promise<boolean> {
    if (!this.#mayRestart()) {
      await this.#pipe.tap.serverEnded();
      return false;
    }
    const waitMs = this.#backOff.next(ranForMs);
    const how = ending.signal ?? `exit code ${ending.code}`;
    this.#options.onWarning(`The server ended (${how}). It is started again in ${Math.round(waitMs)} ms.`);
    await this.#pipe.tap.serverReplaced();
    await pause(waitMs, undefined, { signal: this.#clientGone.signal }).catch(() => {});
    if (!this.#mayRestart()) return false;
    this.#child = await this.#start();
    this.#pipe.fleet.count(METRIC.serverRestarts, this.#pipe.tap.server);
    return true;
  }

  async #greet(fromClient: Flow): Promise<void> {
    const child = this.#child;
    const late = pause(GREETING_PATIENCE_MS, false, { ref: false });
    const gone = child.exited.then(() => undefined);
    const isWelcome = await Promise.race([this.#pipe.tap.greetAgain(), late, gone]);
    if (isWelcome === true) return fromClient.release();
    // It has ended again: the next start is under way.
    if (isWelcome === undefined) return;
    this.#options.onWarning(
      "The server that was started again refused the client's handshake. It is ended, and so are we.",
    );
    this.#isEnding = true;
    await stopChild(child, STOP_PATIENCE_MS);
  }

  #mayRestart(): boolean {
    return this.#options.restart === true && !this.#isEnding && !this.#clientGone.signal.aborted;
  }

  async #clientEnded(): Promise<void> {
    this.#clientGone.abort();
    await this.#pipe.tap.clientEnded();
    this.#child.stdin.end();
    if (await whenOrphaned(this.#child, () => this.#pipe.tap.owesAnswers))
      await stopChild(this.#child, STOP_PATIENCE_MS);
  }

  #met(child: Child): void {
    this.#isUp = true;
    this.#streams.toServer = child.stdin;
    child.stdin.on("error", () => {});
    void child.exited.then(() => {
      this.#isUp = false;
    });
  }

  /** What was under way has been revoked by now. A server that does not say that it has stopped is stopped, and none is started in its place. */
  #roleChanged(): void {
    const child = this.#child;
    if (this.#pipe.signals.role?.reign !== undefined || !this.#pipe.tap.isLate) return;
    setTimeout(() => {
      if (!this.#pipe.tap.isLate || child !== this.#child || !this.#isUp) return;
      this.#options.onWarning(WORKED_ON);
      this.#isEnding = true;
      child.signal("SIGKILL", "group");
    }, STOP_AT_DEADLINE_MS);
  }

  #signalled(signal: NodeJS.Signals, to: "process" | "group"): void {
    this.#isEnding ||= signal !== "SIGUSR2";
    if (this.#isUp) return this.#child.signal(signal, to);
    this.#endedBy.resolve({ code: null, signal });
    this.#clientGone.abort();
  }
}

/** Settles when everything written has been taken, or nobody is there to take it. */
function drained(output: NodeJS.WritableStream & { readonly destroyed?: boolean }): Promise<void> {
  return new Promise((resolve) => {
    if (output.destroyed === true || !output.writable) return resolve();
    output.once("close", resolve);
    output.write("", () => resolve());
  });
}
