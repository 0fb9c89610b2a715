import type { Process, Victim } from "./process.ts";
import { signalAll } from "./process-tree.ts";

export interface Inner {
  readonly name: string;
  /** Name of the program that has started it, and starts it again when it is needed. */
  readonly inside: string;
  readonly isIt: (args: readonly string[]) => boolean;
}

/** A process that one of ours has started. */
export class InnerProcess implements Victim {
  readonly name: string;
  readonly lastWords: string = "";
  readonly #starter: Process;
  readonly #isIt: Inner["isIt"];
  #frozen: readonly number[] = [];

  constructor({ name, isIt }: Inner, starter: Process) {
    this.name = name;
    this.#starter = starter;
    this.#isIt = isIt;
  }

  async start(): Promise<void> {}

  signal(signal: NodeJS.Signals): void {
    const pids = this.#starter.descendants(this.#isIt);
    if (signal === "SIGSTOP") this.#frozen = [...this.#frozen, ...pids];
    signalAll(pids, signal);
  }

  async kill(): Promise<void> {
    this.signal("SIGKILL");
  }

  leave(): void {
    this.signal("SIGTERM");
  }

  async mend(): Promise<void> {
    signalAll(this.#frozen, "SIGCONT");
    this.#frozen = [];
  }
}
