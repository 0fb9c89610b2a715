import { Zone } from "@mcp-ops/cost";
import type { SloDocument } from "@mcp-ops/formats";
import { evaluate, MINUTE_MS, type Minute, type MonthReport, monthNamed } from "@mcp-ops/slo";
import type { BackupSettings } from "../backup/settings.ts";
import type { CostSettings } from "../cost/settings.ts";
import type { DutyContext } from "../duties/duty.ts";
import { runtimeFolderOf } from "../fleet/duty.ts";
import type { FleetSettings } from "../fleet/settings.ts";
import { messageOf } from "../log.ts";
import { Bookkeeper } from "./bookkeeper.ts";
import type { ProbeResult } from "./books/probes.ts";
import type { Series } from "./books/series.ts";
import { Books } from "./books.ts";
import { probe } from "./prober.ts";
import { reportOf } from "./report.ts";
import { Rhythm } from "./rhythm.ts";
import type { SloSettings } from "./settings.ts";
import { leaveSloDocument } from "./slo-file.ts";

type Step = "probes" | "judging" | "backups" | "file";

/** Watches the servers, and judges the objectives once a minute. Nothing it does throws. */
export class Watch {
  readonly books: Books;
  readonly #settings: SloSettings;
  readonly #context: DutyContext;
  readonly #bookkeeper: Bookkeeper;
  readonly #troubles = new Map<Step, string>();
  #round: { readonly atMs: number; readonly results: ReadonlyMap<string, ProbeResult> } | undefined;
  /** The minute up to which all is judged. */
  #worked: Minute = 0;
  /** The hour in which old rows were last taken away. */
  #tidied = 0;
  /** The first minute that was judged since. */
  #judgedFrom: Minute = Number.POSITIVE_INFINITY;
  /** Apart, since weeks that have to be judged must not keep the next probe waiting. */
  readonly #rhythms: readonly Rhythm[];
  document: SloDocument;

  constructor(settings: SloSettings, context: DutyContext) {
    this.#settings = settings;
    this.#context = context;
    const { state, ledger, section } = context;
    const { timeZone } = section("cost") as CostSettings;
    this.books = new Books(state, new Zone(timeZone));
    this.books.series.take(settings.objectives, this.books.zone, this.#now);
    this.#bookkeeper = new Bookkeeper(state, this.books, ledger);
    this.document = this.#judge();
    const { probeEveryMs } = settings;
    this.#rhythms = [
      new Rhythm(probeEveryMs, (ended) => this.#during("probes", ended, () => this.#probe())),
      new Rhythm(probeEveryMs, (ended) => this.#work(this.#now, ended)),
    ];
  }

  /** What somebody should see to, in sentences. */
  get troubles(): readonly string[] {
    return [...this.#troubles.values(), ...(this.#isDeaf ? [NO_LEDGER] : [])];
  }

  /** Objectives about calls, and nobody who knows of calls. */
  get #isDeaf(): boolean {
    const isAboutCalls = Object.values(this.#settings.objectives).some(({ kind }) => kind !== "availability");
    return isAboutCalls && this.#context.ledger.ledger === undefined;
  }

  /** Without objectives there is nothing to watch; months that are over can still be reported. */
  start(): void {
    if (Object.keys(this.#settings.objectives).length === 0) return;
    for (const rhythm of this.#rhythms) rhythm.start();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#rhythms.map((rhythm) => rhythm.stop()));
  }

  /** @throws SLO_MONTH_INVALID */
  report(month: string): MonthReport {
    return reportOf(this.books, monthNamed(month, this.books.zone), Date.now());
  }

  get #now(): Minute {
    return Math.floor(Date.now() / MINUTE_MS);
  }

  async #probe(): Promise<void> {
    const { section, folder, env } = this.#context;
    const servers = new Set(Object.values(this.#settings.objectives).map(({ server }) => server));
    const place = runtimeFolderOf(section("fleet") as FleetSettings, folder, env);
    const atMs = Date.now();
    const results = await probe(servers, place, this.#settings.probeTimeoutMs);
    this.#round = { atMs, results };
    this.books.probes.note(Math.floor(atMs / MINUTE_MS), results);
  }

  async #work(now: Minute, ended: AbortSignal): Promise<void> {
    if (now === this.#worked) return;
    const { section, folder, env } = this.#context;
    await this.#during("judging", ended, async () => {
      this.#judgedFrom = Math.min(this.#judgedFrom, await this.#bookkeeper.work(now, ended));
      this.books.failovers.look();
      await this.#keepHouse(now, ended);
      this.document = this.#judge();
      this.#worked = now;
    });
    await this.#during("backups", ended, () => {
      return this.books.backups.look(section("backup") as BackupSettings, { folder, env });
    });
    await this.#during("file", ended, () => {
      return leaveSloDocument(runtimeFolderOf(section("fleet") as FleetSettings, folder, env), this.document);
    });
  }

  /** Once an hour, since both read whole days. What could not be recorded comes to light with the calls that were, maybe days later. */
  async #keepHouse(now: Minute, ended: AbortSignal): Promise<void> {
    const { zone, lost } = this.books;
    const hour = Math.floor(now / 60);
    if (hour === this.#tidied) return;
    const { ledger } = this.#context.ledger;
    if (ledger !== undefined) {
      await lost.note(ledger, zone.dayOf(Math.min(this.#judgedFrom, now - 1_440)), zone.dayOf(now), ended);
      this.#judgedFrom = Number.POSITIVE_INFINITY;
    }
    this.books.prune(now, this.#settings.keepMonths);
    this.#tidied = hour;
  }

  #judge(): SloDocument {
    const now = this.#now;
    const { zone, series, minutes } = this.books;
    const stateOf = (one: Series) =>
      evaluate(one.objective, minutes.sumOf(one), {
        now,
        since: one.since,
        calendar: zone,
        isUp: this.#isUp(one.objective.server),
      });
    return {
      schema: 1,
      generatedAt: new Date().toISOString(),
      timeZone: zone.name,
      objectives: series.open.map(stateOf),
    };
  }

  /** Undefined when nobody has asked for a while. */
  #isUp(server: string): boolean | undefined {
    const { atMs, results } = this.#round ?? { atMs: 0, results: new Map<string, ProbeResult>() };
    const result = Date.now() - atMs < STALE_AFTER_MS ? results.get(server) : undefined;
    return result && result === "answered";
  }

  async #during(step: Step, ended: AbortSignal, work: () => Promise<void>): Promise<void> {
    if (ended.aborted) return;
    try {
      await work();
      this.#troubles.delete(step);
    } catch (error) {
      // What it needs may have been taken away while it ended.
      if (ended.aborted) return;
      const message = messageOf(error);
      if (this.#troubles.get(step) !== message) this.#context.log("error", `Objectives: ${message}`, { step });
      this.#troubles.set(step, message);
    }
  }
}

const NO_LEDGER = "There are objectives about calls, and no ledger of calls: see the duty cost.";
const STALE_AFTER_MS = 3 * MINUTE_MS;
