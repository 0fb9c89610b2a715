import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Ledger, openLedger, Zone } from "@mcp-ops/cost";
import { type JournalStatus, type JournalUse, latencyBucketUs, type SloState } from "@mcp-ops/formats";
import { evaluate, MINUTE_MS, type Minute, type MonthReport, monthNamed } from "@mcp-ops/slo";
import { LedgerShare } from "../src/ledger-share.ts";
import { Bookkeeper } from "../src/slo/bookkeeper.ts";
import type { ProbeResult } from "../src/slo/books/probes.ts";
import { Books } from "../src/slo/books.ts";
import { reportOf } from "../src/slo/report.ts";
import type { ObjectiveSettings } from "../src/slo/settings.ts";
import { openState, type State } from "../src/state/state.ts";

export const START: Minute = Date.parse("2026-10-20T00:00Z") / MINUTE_MS;

/** A sidecar as far as objectives go: its state, its ledger, and a clock that is set by hand. */
export class Desk {
  readonly folder: string = mkdtempSync(join(tmpdir(), "ops-slo-"));
  readonly share: LedgerShare = new LedgerShare();
  readonly zone: Zone;
  state: State;
  books: Books;
  now: Minute = START;
  #ledger: Ledger | undefined;
  #keeper: Bookkeeper;
  #objectives: Readonly<Record<string, ObjectiveSettings>> = {};
  #offset = 0;

  constructor(zone = "UTC") {
    this.zone = new Zone(zone);
    this.state = openState(join(this.folder, "sidecar.db"));
    this.books = new Books(this.state.database, this.zone);
    this.#keeper = this.#promised();
  }

  async openLedger(): Promise<void> {
    const calendar = { timeZone: this.zone.name, prices: [] };
    const now = () => this.now * MINUTE_MS;
    this.#ledger = await openLedger({ file: join(this.folder, "ledger.db"), calendar, now });
    this.share.lend(this.#ledger);
  }

  closeLedger(): void {
    this.share.lend(undefined);
    this.#ledger?.[Symbol.dispose]();
    this.#ledger = undefined;
  }

  promise(objectives: Readonly<Record<string, ObjectiveSettings>>): void {
    this.#objectives = objectives;
    this.#keeper = this.#promised();
  }

  /** The daemon was killed, and starts. */
  restart(): void {
    this.state[Symbol.dispose]();
    this.state = openState(join(this.folder, "sidecar.db"));
    this.books = new Books(this.state.database, this.zone);
    this.#keeper = this.#promised();
  }

  /** Calls come to light now, whenever they ended. */
  calls(minute: Minute, status: JournalStatus, count: number, server = "shop"): void {
    this.now = Math.max(this.now, minute);
    const use: JournalUse = {
      ...{ kind: "use", minute, server, method: "tools/call", target: "pay", status, count, durationUs: count * 100 },
      ...{ latencies: [[latencyBucketUs(100), count]], requestBytes: 0, responseBytes: 0 },
    };
    this.#offset++;
    this.#ledger?.bookJournal({ name: "1-0123456789ab.0.jsonl", offset: this.#offset, isSkipping: false, garbage: 0 }, [
      use,
    ]);
  }

  probed(result: ProbeResult): void {
    this.books.probes.note(this.now, new Map([["shop", result]]));
  }

  /** The clock goes on, and what is over is judged. */
  async until(minute: Minute, ended: AbortSignal = new AbortController().signal): Promise<void> {
    this.now = minute;
    await this.#keeper.work(minute, ended);
  }

  stateOf(name: string): SloState {
    const series = this.books.series.open.find(({ objective }) => objective.name === name);
    if (series === undefined) throw new Error(`Nobody promises ${name}.`);
    const moment = { now: this.now, since: series.since, calendar: this.zone, isUp: true };
    return evaluate(series.objective, this.books.minutes.sumOf(series), moment);
  }

  report(month: string): MonthReport {
    return reportOf(this.books, monthNamed(month, this.zone), this.now * MINUTE_MS);
  }

  close(): void {
    this.closeLedger();
    this.state[Symbol.dispose]();
    rmSync(this.folder, { recursive: true });
  }

  #promised(): Bookkeeper {
    this.books.series.take(this.#objectives, this.zone, this.now);
    return new Bookkeeper(this.state.database, this.books, this.share);
  }
}
