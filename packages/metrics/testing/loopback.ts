import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";

const ANY_PORT = "--web.listen-address=127.0.0.1:0";

type Program = ChildProcessByStdio<null, null, Readable>;

/** What it has said so far. */
interface Log {
  text: string;
}

/** A server of the Prometheus project, on a free port that it tells in its log. */
export class Loopback implements AsyncDisposable {
  /** Without a slash at the end. */
  readonly origin: string;
  readonly #child: Program;
  readonly #ended: Promise<unknown>;
  readonly #log: Log;

  private constructor(child: Program, log: Log, origin: string) {
    this.#child = child;
    this.#ended = once(child, "close");
    this.#log = log;
    this.origin = origin;
  }

  /** Resolves once it listens. */
  static async start(name: string, flags: readonly string[]): Promise<Loopback> {
    const child = spawn(name, [...flags, ANY_PORT], { stdio: ["ignore", "ignore", "pipe"] });
    const log: Log = { text: "" };
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    child.stderr.setEncoding("utf8").on("data", (words: string) => {
      log.text += words;
      const address = /"Listening on" address=(\S+)/.exec(log.text)?.[1];
      if (address !== undefined) resolve(`http://${address}`);
    });
    child.on("close", () => reject(new Error(`${name} ended before it listened: ${log.text}`)));
    return new Loopback(child, log, await promise);
  }

  /** Warnings and errors of its log. */
  complaints(): readonly string[] {
    return this.#log.text.split("\n").filter((line) => /level=(?:warn|error)/.test(line));
  }

  /** Reads its config again. */
  hangUp(): void {
    this.#child.kill("SIGHUP");
  }

  /** Nothing of it is needed afterwards. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended;
  }
}
