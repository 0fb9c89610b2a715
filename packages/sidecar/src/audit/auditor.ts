import { resolve } from "node:path";
import type { DutyContext } from "../duties/duty.ts";
import { messageOf } from "../log.ts";
import { Rhythm } from "../slo/rhythm.ts";
import type { AuditSettings } from "./settings.ts";
import { WatchedLog } from "./watched-log.ts";

/** Reads the logs, one after the other, and tells what somebody should see to. Nothing it does throws. */
export class Auditor {
  readonly logs: readonly WatchedLog[];
  readonly #log: DutyContext["log"];
  readonly #rhythm: Rhythm;
  /** What is said of each folder, in sentences. */
  #said: ReadonlyMap<WatchedLog, readonly string[]> = new Map();

  constructor({ folders, verifyEveryMs }: AuditSettings, { folder: base, log }: DutyContext) {
    this.logs = [...new Set(folders.map((folder) => resolve(base, folder)))].map((folder) => new WatchedLog(folder));
    this.#log = log;
    this.#rhythm = new Rhythm(verifyEveryMs, (ended) => this.#round(ended));
  }

  get troubles(): readonly string[] {
    return [...this.#said.values()].flat();
  }

  start(): void {
    if (this.logs.length > 0) this.#rhythm.start();
  }

  stop(): Promise<void> {
    return this.#rhythm.stop();
  }

  async #round(ended: AbortSignal): Promise<void> {
    for (const log of this.logs) {
      if (!log.isDue) continue;
      const troubles = await lookAt(log, ended);
      if (ended.aborted) return;
      this.#tell(log, troubles);
    }
  }

  /** Each trouble once, and when it is over. */
  #tell(log: WatchedLog, troubles: readonly string[]): void {
    const before = this.#said.get(log) ?? [];
    for (const trouble of troubles) if (!before.includes(trouble)) this.#log("error", trouble);
    if (before.length > 0 && troubles.length === 0)
      this.#log("info", `The audit log in ${log.folder} is intact again.`);
    this.#said = new Map([...this.#said, [log, troubles]]);
  }
}

async function lookAt(log: WatchedLog, ended: AbortSignal): Promise<readonly string[]> {
  try {
    await log.look(ended);
  } catch (error) {
    return [`The audit log in ${log.folder} could not be verified: ${messageOf(error)}`];
  }
  return log.states.flatMap(({ chain, breach }) => {
    return breach === undefined ? [] : [`The audit chain ${chain} in ${log.folder} was changed. ${breach}`];
  });
}
