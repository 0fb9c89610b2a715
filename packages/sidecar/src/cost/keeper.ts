import { dirname, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type Advice, type Ledger, openLedger, priceCuts, readJournals } from "@mcp-ops/cost";
import type { Registration } from "@mcp-ops/formats";
import type { DutyContext } from "../duties/duty.ts";
import { registered } from "../fleet/discovery.ts";
import { runtimeFolderOf } from "../fleet/duty.ts";
import type { FleetSettings } from "../fleet/settings.ts";
import { messageOf } from "../log.ts";
import { stateFolder } from "../state/state-file.ts";
import { Accounts, type ReservedOf } from "./accounts.ts";
import { leaveCostDocuments } from "./document.ts";
import { isAliveWith, openJournalFolder } from "./journals.ts";
import { Prices } from "./prices.ts";
import { Sampler } from "./sampler.ts";
import type { CostSettings } from "./settings.ts";

type Step = "folder" | "journals" | "usage" | "prices" | "retention" | "document" | "advice";

/** Servers write every two seconds. */
const READ_EVERY_MS = 5_000;
const DOCUMENT_EVERY_MS = 15_000;
const OPEN_WITHIN_MS = 5_000;
const RETENTION_EVERY_MS = 3_600_000;
/** It is about a fortnight. */
const ADVICE_EVERY_MS = 3_600_000;
/** More than one machine has. */
const MAX_REGISTRATIONS = 1_000;
const MIB = 1024 * 1024;

/** Keeps the ledger: measures, reads journals, says what it comes to. One thing after the other; what fails is told, and tried again. */
export class CostKeeper {
  readonly prices: Prices;
  readonly #settings: CostSettings;
  readonly #context: DutyContext;
  readonly #sampler: Sampler;
  readonly #troubles: Map<Step, string> = new Map();
  readonly #due: Map<Step, number> = new Map();
  readonly #ended: AbortController = new AbortController();
  #ledger: Ledger | undefined;
  #accounts: Accounts | undefined;
  #busy: Promise<void> = Promise.resolve();
  /** There are other prices, and the ledger does not have all their dates yet. */
  #isToSplit = false;
  advice: readonly Advice[] = [];

  constructor(settings: CostSettings, context: DutyContext) {
    this.#settings = settings;
    this.#context = context;
    this.#sampler = new Sampler(settings, context.folder);
    this.prices = new Prices(settings.prices && resolve(context.folder, settings.prices));
  }

  /** Undefined before the start and after the end. */
  get accounts(): Accounts | undefined {
    return this.#accounts;
  }

  /** What somebody should see to, in sentences. */
  get troubles(): readonly string[] {
    const aside = this.#ledger?.setAside() ?? [];
    const damaged = aside.map(
      (file) => `A damaged ledger is set aside as ${file}. Take it away once it was looked at.`,
    );
    return [...damaged, ...this.#troubles.values()];
  }

  /** A large ledger takes its time to be read whole: then the start does not wait for it. */
  async start(): Promise<void> {
    const opening = this.#open();
    this.#busy = opening.then(
      ([ledger, accounts]) => this.#work(ledger, accounts),
      (error) => this.#context.fail(error),
    );
    await Promise.race([opening, pause(OPEN_WITHIN_MS)]);
  }

  async stop(): Promise<void> {
    this.#ended.abort();
    await this.#busy;
    this.#context.ledger.lend(undefined);
    this.#accounts = undefined;
    this.#ledger?.[Symbol.dispose]();
    this.#ledger = undefined;
  }

  reservedOf(server: string): ReservedOf {
    const { cores, memoryMiB } = this.#settings.servers[server] ?? {};
    const given = this.#ledger?.reserve?.allocations[server];
    return {
      cores: cores ?? (given && given.milliCores > 0 ? given.milliCores / 1_000 : undefined),
      memoryBytes: memoryMiB === undefined ? given?.memoryBytes || undefined : memoryMiB * MIB,
    };
  }

  async #open(): Promise<[Ledger, Accounts]> {
    const { minuteDays, dayDays, timeZone } = this.#settings;
    await this.#during("prices", async () => void (await this.#refreshPrices()));
    const { book, isUsable } = this.prices;
    const ledger = await openLedger({
      file: this.#file,
      calendar: { timeZone, ...(isUsable && { prices: priceCuts(book) }) },
      retention: { minuteDays, dayDays },
    });
    this.#ledger = ledger;
    this.#accounts = new Accounts(ledger, this.#settings, () => this.prices.book);
    this.#context.ledger.lend(ledger);
    if (ledger.damage !== undefined) this.#context.log("error", damageText(ledger.damage));
    return [ledger, this.#accounts];
  }

  get #file(): string {
    const { folder, env, section } = this.#context;
    if (this.#settings.file !== undefined) return resolve(folder, this.#settings.file);
    const { file } = (section("state") ?? {}) as { readonly file?: string };
    return resolve(file === undefined ? stateFolder(env) : dirname(resolve(folder, file)), "ledger.db");
  }

  async #work(ledger: Ledger, accounts: Accounts): Promise<void> {
    const { signal } = this.#ended;
    while (!signal.aborted) {
      const begun = performance.now();
      const isBehind = await this.#turn(ledger, accounts);
      const every = Math.min(READ_EVERY_MS, this.#settings.everyMs);
      const rest = isBehind ? 0 : Math.max(0, every - (performance.now() - begun));
      await pause(rest, undefined, { signal }).catch(() => {});
    }
  }

  /** Whether there is more to read at once. */
  async #turn(ledger: Ledger, accounts: Accounts): Promise<boolean> {
    const { section, folder, env } = this.#context;
    const place = runtimeFolderOf(section("fleet") as FleetSettings, folder, env);
    let isBehind = false;
    await this.#during("folder", async () => {
      const journals = await openJournalFolder(place);
      const { registrations } = await registered(place, MAX_REGISTRATIONS);
      // One journal that cannot be read must not keep the others' servers from being measured.
      await this.#during("journals", async () => {
        isBehind = await this.#read(journals, registrations, ledger);
      });
      await this.#every("usage", this.#settings.everyMs, () => this.#sampler.sample(registrations, ledger));
      // A budget with a hard cap is enforced by what it says.
      const documentMs = Math.min(DOCUMENT_EVERY_MS, this.#settings.everyMs);
      await this.#every("document", documentMs, () => leaveCostDocuments(journals, accounts));
    });
    await this.#during("prices", async () => {
      this.#isToSplit = (await this.#refreshPrices()) || this.#isToSplit;
      if (!this.#isToSplit) return;
      await ledger.setCalendar({ timeZone: this.#settings.timeZone, prices: priceCuts(this.prices.book) });
      this.#isToSplit = false;
    });
    await this.#every("retention", RETENTION_EVERY_MS, async () => {
      while (!this.#ended.signal.aborted && ledger.expire()) await pause(1);
    });
    await this.#every("advice", ADVICE_EVERY_MS, async () => {
      this.advice = await accounts.advice((server) => this.reservedOf(server));
    });
    return isBehind;
  }

  async #read(folder: string, registrations: readonly Registration[], ledger: Ledger): Promise<boolean> {
    const { isBehind, unreadable } = await readJournals({ folder, ledger, isAlive: isAliveWith(registrations) });
    const [first] = unreadable;
    if (first === undefined) return isBehind;
    throw new Error(
      `${unreadable.length} journals cannot be read, such as ${first.name} (${first.why}). Delete what is none.`,
    );
  }

  async #refreshPrices(): Promise<boolean> {
    const isNew = await this.prices.refresh();
    if (this.prices.fault !== undefined) throw new Error(this.prices.fault);
    return isNew;
  }

  async #every(step: Step, ms: number, work: () => Promise<void>): Promise<void> {
    if (performance.now() < (this.#due.get(step) ?? 0) || this.#ended.signal.aborted) return;
    this.#due.set(step, performance.now() + ms);
    await this.#during(step, work);
  }

  async #during(step: Step, work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.#troubles.delete(step);
    } catch (error) {
      const message = messageOf(error);
      if (this.#troubles.get(step) !== message) this.#context.log("error", `Cost: ${message}`, { step });
      this.#troubles.set(step, message);
      // It is set aside when it is opened anew.
      if ((error as { code?: string }).code === "COST_LEDGER_DAMAGED") this.#context.fail(error);
    }
  }
}

function damageText({ found, movedTo }: NonNullable<Ledger["damage"]>): string {
  return `The ledger was damaged (${found}) and is set aside as ${movedTo}. What is gone is not made up: it goes on with an empty one, and the duty is degraded until that file is gone.`;
}
