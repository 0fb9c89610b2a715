import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

export interface Program {
  readonly name: string;
  readonly host: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Whether it says a line on stdout when it is ready. */
  readonly says: boolean;
  /** Whether it has processes of its own, which are frozen with it. */
  readonly isTree?: true;
  readonly onLine?: (line: string) => void;
}

type Within = (host: string, program: string, args: readonly string[]) => readonly [string, string[]];

/** One program of a run, which may be killed and started again. */
export class Process {
  readonly name: string;
  readonly host: string;
  readonly #program: Program;
  readonly #within: Within;
  readonly #lastLines: string[] = [];
  #child: ChildProcess | undefined;
  #isFrozen = false;
  #isLeaving = false;

  constructor(program: Program, within: Within) {
    this.name = program.name;
    this.host = program.host;
    this.#program = program;
    this.#within = within;
  }

  get runs(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** The last it said, for whoever has to find out why it ended. */
  get lastWords(): string {
    return this.#lastLines.join("\n");
  }

  /** Settles when it is ready. */
  async start(): Promise<void> {
    const { host, program, args, env, says, onLine } = this.#program;
    const [command, words] = this.#within(host, program, args);
    const child = spawn(command, words, { env: { ...env }, stdio: ["ignore", "pipe", "pipe"] });
    this.#child = child;
    this.#isFrozen = false;
    const { promise: ready, resolve, reject } = Promise.withResolvers<void>();
    for (const stream of [child.stdout, child.stderr]) {
      createInterface(stream).on("line", (line) => {
        if (this.#lastLines.push(line) > 20) this.#lastLines.shift();
        if (stream === child.stdout) resolve();
        onLine?.(line);
      });
    }
    child.once("error", reject);
    child.once("exit", () => reject(new Error(`${this.name} ended before it was ready:\n${this.lastWords}`)));
    if (!says) resolve();
    await ready;
  }

  signal(signal: NodeJS.Signals): void {
    if (!this.runs) return;
    if (signal === "SIGSTOP" || signal === "SIGCONT") this.#isFrozen = signal === "SIGSTOP";
    for (const pid of this.#descendants()) process.kill(pid, signal);
    this.#child?.kill(signal);
  }

  /** Its exit code, or the signal that ended it, when it has ended. */
  async ended(): Promise<number | string | null> {
    const child = this.#child;
    if (child === undefined) return null;
    if (this.runs) await once(child, "exit");
    return child.exitCode ?? child.signalCode;
  }

  /** Ends it, however it is, and settles when it has ended. */
  async kill(): Promise<void> {
    if (!this.runs || this.#child === undefined) return;
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await ended;
  }

  /** As it shall be: running, and thawed. */
  async mend(): Promise<void> {
    if (this.#isFrozen) this.signal("SIGCONT");
    if (this.#isLeaving) await this.ended();
    if (!this.runs) await this.start();
    this.#isLeaving = false;
  }

  /** Asks it to end in order. */
  leave(): void {
    this.#isLeaving = true;
    this.signal("SIGTERM");
  }

  #descendants(): readonly number[] {
    if (this.#program.isTree !== true) return [];
    const { stdout } = spawnSync("pgrep", ["-P", String(this.#child?.pid)], { encoding: "utf8" });
    return stdout.split("\n").filter(Boolean).map(Number);
  }
}
