import type { BackupTrouble } from "@mcp-ops/formats";
import type { DutyContext } from "../duties/duty.ts";
import { messageOf } from "../log.ts";

/** What is wrong with a set at this moment. Each is told in the log once, and not at each look. */
export class Troubles {
  readonly #set: string;
  readonly #log: DutyContext["log"];
  readonly #now = new Map<BackupTrouble, string>();

  constructor(set: string, log: DutyContext["log"]) {
    this.#set = set;
    this.#log = log;
  }

  has(what: BackupTrouble): boolean {
    return this.#now.has(what);
  }

  get messages(): readonly string[] {
    return [...this.#now.values()];
  }

  begin(what: BackupTrouble, message: string): void {
    if (this.#now.get(what) !== message) this.#log("error", message, { set: this.#set, what });
    this.#now.set(what, message);
  }

  end(what: BackupTrouble): void {
    this.#now.delete(what);
  }

  /** Does some work whose failure is this trouble, and whose success ends it. Throws only when the signal has aborted: then nobody is to blame. */
  async during<T>(what: BackupTrouble, work: () => Promise<T>, signal?: AbortSignal): Promise<T | undefined> {
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
