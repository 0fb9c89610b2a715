import { Zone } from "@mcp-ops/cost";
import type { SloDocument } from "@mcp-ops/formats";
import { evaluate, MINUTE_MS, type Minute, type MonthReport, monthNamed } from "@mcp-ops/slo";
import type { BackupSettings } from "../backup/settings.ts";
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
import type { SloSettings } from "./settings.ts";
import { leaveDocument } from "./slo-file.ts";

type Step = "probes" | "judging" | "backups" | "file";

/** Watches the servers, and judges the objectives once a minute. Nothing it does throws. */
export class Watch {
  readonly books: Books;
  readonly #settings: SloSettings;
  readonly #context: DutyContext;
  readonly #bookkeeper: Bookkeeper;
  readonly #troubles = new Map<Step, string>();
  #round: { readonly atMs: number; readonly results: ReadonlyMap<string, ProbeResult> } | undefined;
  #worked: Minute = 0;
  #prunedOn = "";
  #timer: NodeJS.Timeout | undefined;
  #busy: Promise<void> = Promise.resolve();
  #isStopped = false;
  document: SloDocument;

  constructor(settings: SloSettings, context: DutyContext) {
    this.#settings = settings;
    this.#context = context;
    const { state, ledger } = context;
    this.books = new Books(state, new Zone(settings.timeZone));
    const fresh = this.books.series.take(settings.objectives, this.books.zone, this.#now);
    this.#bookkeeper = new Bookkeeper(state, this.books, ledger, fresh);
    this.document = this.#judge();
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
    if (Object.keys(this.#settings.objectives).length > 0) this.#busy = this.#turn();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#busy;
  }

  /** @throws SLO_MONTH_INVALID */
  report(month: string): MonthReport {
    return reportOf(this.books, monthNamed(month, this.books.zone), Date.now());
  }

  get #now(): Minute {
    return Math.floor(Date.now() / MINUTE_MS);
  }

  async #turn(): Promise<void> {
    const begun = performance.now();
    await this.#during("probes", () => this.#probe());
    if (this.#now !== this.#worked) await this.#work(this.#now);
    if (this.#isStopped) return;
    const rest = Math.max(0, this.#settings.probeEveryMs - (performance.now() - begun));
    this.#timer = setTimeout(() => {
      this.#busy = this.#turn();
    }, rest);
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

  async #work(now: Minute): Promise<void> {
    await this.#during("judging", async () => {
      await this.#bookkeeper.work(this.books.series.open, now);
      this.books.failovers.look();
      this.#keepHouse(now);
      this.document = this.#judge();
      this.#worked = now;
    });
    const { section, folder, env } = this.#context;
    await this.#during("backups", () => this.books.backups.look(section("backup") as BackupSettings, { folder, env }));
    await this.#during("file", () => {
      return leaveDocument(runtimeFolderOf(section("fleet") as FleetSettings, folder, env), this.document);
    });
  }

  /** Once an hour, since both read a whole day. */
  #keepHouse(now: Minute): void {
    const { zone, lost } = this.books;
    const hour = String(Math.floor(now / 60));
    if (hour === this.#prunedOn) return;
    const { ledger } = this.#context.ledger;
    if (ledger !== undefined) lost.note(ledger, [zone.dayOf(now - 1_440), zone.dayOf(now)]);
    this.books.prune(now, this.#settings.keepMonths);
    this.#prunedOn = hour;
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

  async #during(step: Step, work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.#troubles.delete(step);
    } catch (error) {
      // What it needs may have been taken away while it ended.
      if (this.#isStopped) return;
      const message = messageOf(error);
      if (this.#troubles.get(step) !== message) this.#context.log("error", `Objectives: ${message}`, { step });
      this.#troubles.set(step, message);
    }
  }
}

const NO_LEDGER = "There are objectives about calls, and no ledger of calls: see the duty cost.";
const STALE_AFTER_MS = 3 * MINUTE_MS;
