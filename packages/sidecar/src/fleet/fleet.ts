import type { DatabaseSync } from "node:sqlite";
import { METRIC, METRIC_TABLE, OpsError } from "@mcp-ops/formats";
import { convert } from "../exposition/convert.ts";
import type { Family, Format } from "../exposition/family.ts";
import { merge } from "../exposition/merge.ts";
import { own } from "../exposition/own.ts";
import { belongingTo } from "../exposition/relabel.ts";
import { SharedPage } from "../shared-page.ts";
import { discover } from "./discovery.ts";
import { type Entry, nextRoll } from "./roll.ts";
import { scrape } from "./scrape.ts";
import type { FleetSettings } from "./settings.ts";
import { Slots } from "./slots.ts";

/** What the last look found of one process. */
export interface Member {
  readonly server: string;
  readonly slot: number;
  readonly pid: number;
  readonly startedAt: string;
  readonly up: boolean;
  /** Why it is not up. */
  readonly message: string | undefined;
  readonly scrapeMs: number;
  readonly series: number;
}

/** What the daemon says itself, by its names in both formats: nobody else may say it. */
const RESERVED: ReadonlySet<string> = new Set(
  METRIC_TABLE.filter(({ family }) => family === "sidecar").flatMap(({ name }) => [name, name.replace(/_total$/, "")]),
);

/** The servers of the machine, and one page of all their metrics. */
export class Fleet {
  readonly #folder: string;
  readonly #settings: FleetSettings;
  readonly #slots: Slots;
  readonly #dropped: Record<"servers" | "series" | "conflict", number> = { servers: 0, series: 0, conflict: 0 };
  readonly #page = new SharedPage((format) => this.#scrapeAll(format));
  readonly #ended = new AbortController();
  #roll: readonly Entry[] = [];
  #looking: Promise<void> = Promise.resolve();
  members: readonly Member[] = [];
  unreadable: readonly string[] = [];

  constructor(folder: string, settings: FleetSettings, database: DatabaseSync) {
    this.#folder = folder;
    this.#settings = settings;
    this.#slots = new Slots(database);
  }

  /** Who is there. One look after the other: each remembers what it has swept. */
  look(): Promise<void> {
    this.#looking = this.#looking.catch(() => {}).then(() => this.#look());
    return this.#looking;
  }

  /** The metrics of all. */
  page(format: Format): Promise<readonly Family[]> {
    return this.#page.read(format);
  }

  /** Breaks off what it asks the servers. */
  close(): void {
    this.#ended.abort();
  }

  async #look(): Promise<void> {
    const { maxServers, rememberDeadMs } = this.#settings;
    // Twice as many, because some of the files may be of servers that are no more.
    const found = await discover(this.#folder, 2 * maxServers);
    this.unreadable = found.unreadable;
    this.#roll = nextRoll(this.#roll, found, performance.now(), rememberDeadMs);
  }

  async #scrapeAll(format: Format): Promise<readonly Family[]> {
    await this.look();
    const { maxServers, maxSeries } = this.#settings;
    const slots = this.#slots.assign(
      this.#roll.map(({ bootId }) => bootId),
      maxServers,
    );
    const seated = this.#roll.filter(({ bootId }) => slots.has(bootId));
    this.#dropped.servers += this.#roll.length - seated.length;
    const looks = await Promise.all(
      seated.map((entry) => this.#visit(entry, slots.get(entry.bootId) as number, format)),
    );
    this.members = looks.map(({ member }) => member);
    const room = { maxSeries: 10 * maxSeries, maxSeriesOfOne: maxSeries };
    const merged = merge(
      looks.map((look) => look.families),
      room,
      RESERVED,
    );
    this.#dropped.series += merged.dropped.series;
    this.#dropped.conflict += merged.dropped.conflict;
    const families = [...this.#own().flatMap((family) => convert(family, "classic", format)), ...merged.families];
    return families;
  }

  async #visit(entry: Entry, slot: number, format: Format): Promise<Look> {
    const { server, pid, startedAt, registration } = entry;
    const begun = performance.now();
    const down = (message: string): Look => {
      const scrapeMs = performance.now() - begun;
      return { member: { server, slot, pid, startedAt, up: false, message, scrapeMs, series: 0 }, families: [] };
    };
    if (registration === undefined) return down("It was killed.");
    try {
      const families = await scrape(
        registration,
        this.#folder,
        format,
        this.#settings,
        belongingTo(server, slot),
        this.#ended.signal,
      );
      const series = families.reduce((sum, { samples }) => sum + samples.length, 0);
      const scrapeMs = performance.now() - begun;
      const member = { server, slot, pid, startedAt, up: true, message: undefined, scrapeMs, series };
      return { member, families };
    } catch (error) {
      return down(error instanceof OpsError ? error.message : "It cannot be scraped.");
    }
  }

  #own(): readonly Family[] {
    const label = ({ server, slot }: Member) => ({ server, slot: String(slot) });
    return [
      own(
        METRIC.fleetUp,
        this.members.map((member) => ({ labels: label(member), value: member.up ? 1 : 0 })),
      ),
      own(
        METRIC.fleetScrapeDuration,
        this.members.map((member) => ({ labels: label(member), value: member.scrapeMs / 1000 })),
      ),
      own(
        METRIC.fleetDropped,
        Object.entries(this.#dropped).map(([reason, value]) => ({ labels: { reason }, value })),
      ),
    ];
  }
}

interface Look {
  readonly member: Member;
  readonly families: readonly Family[];
}
