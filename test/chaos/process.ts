import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { argsOf, descendantsOf, signalAll } from "./process-tree.ts";

export interface Program {
  readonly name: string;
  readonly host: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Whether it says a line on stdout when it is ready. */
  readonly says: boolean;
  /** Which of the processes that it has started are part of it, by their arguments: they are frozen and killed with it. */
  readonly isPart?: (args: readonly string[]) => boolean;
  readonly onLine?: (line: string) => void;
}

type Within = (host: string, program: string, args: readonly string[]) => readonly [string, string[]];

/** What things are done to. */
export interface Victim {
  readonly name: string;
  readonly lastWords: string;
  start(): Promise<void>;
  signal(signal: NodeJS.Signals): void;
  kill(): Promise<void>;
  leave(): void;
  mend(): Promise<void>;
}

/** One program of a run, which may be killed and started again. */
export class Process implements Victim {
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
    signalAll(this.#parts(), signal);
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
    const parts = this.#parts();
    this.#child.kill("SIGKILL");
    signalAll(parts, "SIGKILL");
    await ended;
  }

  /** As it shall be: running, and thawed. */
  async mend(): Promise<void> {
    if (this.#isFrozen) this.signal("SIGCONT");
    if (this.#isLeaving) await this.ended();
    if (!this.runs) await this.start();
    this.#isLeaving = false;
  }

  /** Asks it to end in order; what it has started it ends itself. */
  leave(): void {
    this.#isLeaving = true;
    this.#child?.kill("SIGTERM");
  }

  /** The processes that it has started, and they, that have such arguments. */
  descendants(isIt: (args: readonly string[]) => boolean): readonly number[] {
    const pid = this.#child?.pid;
    return pid === undefined || !this.runs ? [] : descendantsOf(pid).filter((one) => isIt(argsOf(one)));
  }

  #parts(): readonly number[] {
    const { isPart } = this.#program;
    return isPart === undefined ? [] : this.descendants(isPart);
  }
}
