import type { ConfigAlarm } from "@mcp-ops/backup";
import type { DutyContext } from "../duties/duty.ts";
import type { Troubles } from "./troubles.ts";
import type { WayBack } from "./way-back.ts";

export interface AlarmOptions {
  readonly wayBack: WayBack;
  readonly troubles: Troubles;
  readonly log: DutyContext["log"];
  /** Whether any alarm stands now. */
  readonly stands: () => boolean;
}

/** Tells of the alarms of a set, each with the command that puts the last good backup back. One after the other: the way back is looked for first. */
export class Alarms {
  readonly #options: AlarmOptions;
  #telling: Promise<void> = Promise.resolve();

  constructor(options: AlarmOptions) {
    this.#options = options;
  }

  /** Settles when all that was heard has been told. */
  get told(): Promise<void> {
    return this.#telling;
  }

  /** What puts the last good backup back, while an alarm stands. */
  get command(): string | undefined {
    return this.#options.wayBack.command;
  }

  heard(begun: readonly ConfigAlarm[], ended: readonly ConfigAlarm[]): void {
    this.#telling = this.#telling.then(() => this.#tell(begun, ended));
  }

  /** An alarm in a sentence or two. */
  textOf({ message }: ConfigAlarm): string {
    return this.command === undefined ? message : `${message} The last good one comes back with: ${this.command}`;
  }

  /** Takes down the way back while one stands, and forgets it when none does. */
  async note(stands: boolean): Promise<void> {
    const { troubles, wayBack } = this.#options;
    await troubles.during("way-back", () => wayBack.note(stands));
  }

  async #tell(begun: readonly ConfigAlarm[], ended: readonly ConfigAlarm[]): Promise<void> {
    const { wayBack, log, stands } = this.#options;
    await this.note(begun.length > 0 || stands());
    const way = wayBack.id === undefined ? " There is no good backup of it yet." : "";
    for (const alarm of begun) log("error", `${this.textOf(alarm)}${way}`);
    for (const { path } of ended) log("info", `${path} is as it should be again.`);
  }
}
