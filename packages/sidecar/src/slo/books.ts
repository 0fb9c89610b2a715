import type { DatabaseSync } from "node:sqlite";
import type { Zone } from "@mcp-ops/cost";
import { MINUTE_MS, type Minute } from "@mcp-ops/slo";
import { BackupBook } from "./books/backups.ts";
import { FailoverBook } from "./books/failovers.ts";
import { IncidentBook } from "./books/incidents.ts";
import { LostBook } from "./books/lost.ts";
import { MinuteBook } from "./books/minutes.ts";
import { ProbeBook } from "./books/probes.ts";
import { SeriesBook } from "./books/series.ts";

/** No month has more. */
const MONTH_DAYS = 31;
const DAY: Minute = 1_440;

/** All that is remembered about objectives, in the embedded state. */
export class Books {
  readonly zone: Zone;
  readonly #state: DatabaseSync;
  readonly series: SeriesBook;
  readonly minutes: MinuteBook;
  readonly incidents: IncidentBook;
  readonly probes: ProbeBook;
  readonly lost: LostBook;
  readonly failovers: FailoverBook;
  readonly backups: BackupBook;

  constructor(state: DatabaseSync, zone: Zone) {
    this.zone = zone;
    this.#state = state;
    this.series = new SeriesBook(state);
    this.minutes = new MinuteBook(state, zone);
    this.incidents = new IncidentBook(state, this.minutes, this.series);
    this.probes = new ProbeBook(state);
    this.lost = new LostBook(state);
    this.failovers = new FailoverBook(state);
    this.backups = new BackupBook(state);
  }

  /**
   * Takes away what is older than anybody may ask for, of each no more than a day at once: a clock that is years ahead for an hour must not take
   * the reports of these years with it.
   */
  prune(clock: Minute, keepMonths: number): void {
    const now = this.#tidiedTo(clock);
    const kept = now - keepMonths * MONTH_DAYS * DAY;
    const keptFrom = new Date(kept * MINUTE_MS).toISOString();
    const keptDays = this.zone.dayOf(kept);
    this.minutes.prune(now, keptDays);
    this.incidents.prune(now, kept);
    this.probes.prune(now, kept);
    this.lost.prune(keptDays);
    this.failovers.prune(keptFrom);
    this.backups.prune(keptFrom);
    this.series.prune();
  }

  #tidiedTo(clock: Minute): Minute {
    const before = this.#state.prepare("SELECT minute FROM slo_tidied").get()?.minute ?? clock;
    const now = Math.min(clock, Number(before) + DAY);
    this.#state.prepare("INSERT OR REPLACE INTO slo_tidied (only, minute) VALUES (1, ?)").run(now);
    return now;
  }
}
