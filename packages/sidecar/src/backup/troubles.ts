import type { DutyContext } from "../duties/duty.ts";
import { messageOf } from "../log.ts";

/** What can be wrong with a set, each put right by itself. */
export type Trouble = "recovery" | "watch" | "state" | "run" | "verify" | "retention" | "offsite" | "disk" | "way-back";

/** What is wrong with a set at this moment. Each is told in the log once, and not at each look. */
export class Troubles {
  readonly #set: string;
  readonly #log: DutyContext["log"];
  readonly #now = new Map<Trouble, string>();

  constructor(set: string, log: DutyContext["log"]) {
    this.#set = set;
    this.#log = log;
  }

  get messages(): readonly string[] {
    return [...this.#now.values()];
  }

  begin(what: Trouble, message: string): void {
    if (this.#now.get(what) !== message) this.#log("error", message, { set: this.#set, what });
    this.#now.set(what, message);
  }

  end(what: Trouble): void {
    this.#now.delete(what);
  }

  /** Does some work whose failure is this trouble, and whose success ends it. Throws only when the signal has aborted: then nobody is to blame. */
  async during<T>(what: Trouble, work: () => Promise<T>, signal?: AbortSignal): Promise<T | undefined> {
    try {
      const done = await work();
      this.end(what);
      return done;
    } catch (error) {
      if (signal?.aborted) throw error;
      this.begin(what, messageOf(error));
      return undefined;
    }
  }
}
