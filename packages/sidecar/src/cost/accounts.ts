import { availableParallelism } from "node:os";
import { setImmediate } from "node:timers/promises";
import {
  ADVICE_WINDOW_DAYS,
  type Advice,
  type AdviceDay,
  advise,
  type Budget,
  budgetState,
  type CostHeading,
  costDay,
  type Ledger,
  MINUTE_MS,
  type Outlook,
  outlooks,
  type PriceBook,
  periodOf,
  pricesAt,
  readBudget,
  shiftDay,
  Zone,
} from "@mcp-ops/cost";
import type { BudgetState, CostDay } from "@mcp-ops/formats";
import type { CostSettings } from "./settings.ts";

/** Longer than any range that can be asked for: a month and the one before. */
const MAX_DAYS_HELD = 70;

interface Held {
  readonly revision: number;
  readonly book: PriceBook;
  readonly isComplete: boolean;
  readonly cost: CostDay;
}

/** The ledger in money. A day is worked out again when something was booked into it, or the prices are others. */
export class Accounts {
  readonly ledger: Ledger;
  readonly zone: Zone;
  readonly #book: () => PriceBook;
  readonly #budgets: readonly Budget[];
  readonly #held: Map<string, Held> = new Map();

  constructor(ledger: Ledger, settings: CostSettings, book: () => PriceBook) {
    this.ledger = ledger;
    this.zone = new Zone(settings.timeZone);
    this.#book = book;
    this.#budgets = Object.entries(settings.budgets).map(([name, written]) => readBudget(name, written));
  }

  get heading(): CostHeading {
    return { currency: this.book.currency, timeZone: this.zone.name, generatedAt: new Date().toISOString() };
  }

  get book(): PriceBook {
    return this.#book();
  }

  /** What a day cost; undefined when nothing is known of it. */
  day(day: string, book: PriceBook = this.book): CostDay | undefined {
    const revision = this.ledger.revision(day);
    const held = this.#held.get(day);
    // Time alone makes a day complete, but not today.
    const isSettled = held?.isComplete === true || day === this.ledger.today;
    if (isSettled && held?.revision === revision && held.book === book) return held.cost;
    const quantities = this.ledger.day(day);
    if (quantities === undefined) return undefined;
    const cost = costDay(quantities, { book, cores: availableParallelism() });
    this.#held.set(day, { revision, book, isComplete: cost.isComplete, cost });
    for (const oldest of this.#held.keys()) if (this.#held.size > MAX_DAYS_HELD) this.#held.delete(oldest);
    return cost;
  }

  /**
   * So many days up to one, the newest first; those of which nothing is known are left out. With other prices each is worked out anew, and between them
   * others have their turn: a lease is renewed in this process.
   */
  async days(last: string, count: number): Promise<readonly CostDay[]> {
    const { book } = this;
    const days: CostDay[] = [];
    for (let back = 0; back < count; back++) {
      const name = shiftDay(last, -back);
      const before = this.#held.get(name);
      const day = this.day(name, book);
      if (day !== undefined) days.push(day);
      if (this.#held.get(name) !== before) await setImmediate();
    }
    return days;
  }

  /** All of the month that runs, the newest first. */
  async month(): Promise<readonly CostDay[]> {
    const { firstDay } = periodOf("month", this.#minute, this.zone);
    const days = await this.days(this.ledger.today, 31);
    return days.filter(({ day }) => day >= firstDay);
  }

  async budgets(): Promise<readonly BudgetState[]> {
    const facts = await this.#facts();
    return this.#budgets.map((budget) => budgetState(budget, facts));
  }

  async outlooks(): Promise<readonly Outlook[]> {
    return outlooks(await this.#facts());
  }

  /** Takes its time, and lets others have theirs. */
  async advice(reservedOf: (server: string) => ReservedOf): Promise<readonly Advice[]> {
    const to = this.zone.startOf(this.ledger.today);
    const days = await this.#adviceDays();
    const from = days[0]?.quantities.fromMinute ?? to;
    const servers = new Set(days.flatMap(({ cost }) => cost.servers.map(({ server }) => server)));
    const prices = pricesAt(this.book, Date.now());
    const all: Advice[] = [];
    for (const server of servers) {
      const points = this.ledger.points({ server, from, to });
      all.push(...advise({ days, servers: [{ server, points, reserved: reservedOf(server) }], prices }));
      await setImmediate();
    }
    return all.toSorted((a, b) => (b.savingMicroUnitsPerMonth ?? 0) - (a.savingMicroUnitsPerMonth ?? 0));
  }

  /** Whole days of the window, the oldest first. */
  async #adviceDays(): Promise<readonly AdviceDay[]> {
    const found: AdviceDay[] = [];
    for (let back = ADVICE_WINDOW_DAYS; back > 0; back--) {
      const day = shiftDay(this.ledger.today, -back);
      const [quantities, cost] = [this.ledger.day(day), this.day(day)];
      if (quantities !== undefined && cost !== undefined) found.push({ quantities, cost });
      await setImmediate();
    }
    return found;
  }

  async #facts() {
    const days = await this.month();
    const nowMs = Date.now();
    return { days, zone: this.zone, nowMs, sinceMs: this.ledger.meter?.since.wallMs ?? nowMs };
  }

  get #minute(): number {
    return Math.floor(Date.now() / MINUTE_MS);
  }
}

/** What is reserved for a server; undefined where nothing is. */
export interface ReservedOf {
  readonly cores: number | undefined;
  readonly memoryBytes: number | undefined;
}
