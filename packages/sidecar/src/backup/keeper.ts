import {
  type BackupStatus,
  type ConfigAlarm,
  type ConfigWatch,
  openSchedule,
  recoverRestore,
  type Schedule,
  type ScheduleStatus,
} from "@mcp-ops/backup";
import type { BackupTrouble } from "@mcp-ops/formats";
import type { DutyContext } from "../duties/duty.ts";
import { messageOf } from "../log.ts";
import { Alarms } from "./alarms.ts";
import { Changes } from "./changes.ts";
import { KnownServers } from "./known-servers.ts";
import { backupSetOf, type OpenedSet } from "./open-set.ts";
import type { Places } from "./places.ts";
import { type Kept, problemsIn, prune, type Reading, readAgain, save } from "./run.ts";
import { send } from "./send.ts";
import { Shelf, type Shelved } from "./shelf.ts";
import { Troubles } from "./troubles.ts";
import { WayBack } from "./way-back.ts";

/** Keeps one set: runs it at its times and on changes, and knows what is wrong with it. Nothing it does throws. */
export class Keeper {
  readonly kept: Kept;
  readonly runs: Record<"complete" | "partial" | "failed", number> = { complete: 0, partial: 0, failed: 0 };
  readonly restores: Record<"done" | "rolled-back" | "failed", number> = { done: 0, "rolled-back": 0, failed: 0 };
  readonly #log: DutyContext["log"];
  readonly #known: KnownServers;
  readonly #wayBack: WayBack;
  readonly #alarms: Alarms;
  readonly #places: Places;
  readonly #shelf: Shelf;
  readonly #changes: Changes;
  readonly #troubles: Troubles;
  #reading: Reading = { damaged: [], history: [] };
  #schedule: Schedule | undefined;
  #lastRestoreAt: string | undefined;

  constructor(
    kept: Kept,
    { log, state, configFlags }: Pick<DutyContext, "log" | "state" | "configFlags">,
    places: Places,
  ) {
    this.kept = kept;
    this.#places = places;
    this.#log = log;
    this.#troubles = new Troubles(kept.name, log);
    this.#known = new KnownServers(state, kept.name);
    this.#wayBack = new WayBack(kept, state, configFlags);
    this.#alarms = new Alarms({
      wayBack: this.#wayBack,
      troubles: this.#troubles,
      log,
      stands: () => this.alarms.length > 0,
    });
    this.#shelf = new Shelf(kept.store, kept.name);
    const { quietMs, minIntervalMs } = kept.settings.watch;
    this.#changes = new Changes({
      quietMs,
      minIntervalMs,
      save: () => this.runNow(),
      onKnown: (watch) => this.#noteKnown(watch),
      onAlarm: (begun, ended) => this.#alarms.heard(begun, ended),
    });
  }

  get alarms(): readonly ConfigAlarm[] {
    return this.#changes.alarms;
  }

  get schedule(): ScheduleStatus | undefined {
    return this.#schedule?.status;
  }

  /** What somebody should see to, in sentences. */
  get troubles(): readonly string[] {
    return [...this.#troubles.messages, ...this.alarms.map((alarm) => this.#alarms.textOf(alarm))];
  }

  suffersFrom(what: BackupTrouble): boolean {
    return this.#troubles.has(what);
  }

  /** What puts the last good backup back, while an alarm stands. */
  get restoreCommand(): string | undefined {
    return this.#alarms.command;
  }

  async start(): Promise<void> {
    const before = await this.status();
    this.#lastRestoreAt = before?.lastRestore?.at;
    const savedAt = before && lastSavedAt(before);
    await this.#troubles.during("recovery", async () => this.#recover(await this.#opened()));
    await this.#troubles.during("watch", () => this.#follow());
    const { schedule: expression, timeZone } = this.kept.settings;
    const run = (signal: AbortSignal) => this.#runInTurn(signal);
    this.#schedule = openSchedule({ expression, timeZone, lastSucceededAt: savedAt, run });
    const { nextAt } = this.#schedule.status;
    // A run that is due saves what changed, too.
    if (savedAt !== undefined && !(nextAt !== undefined && nextAt <= Date.now())) await this.#lookBack(savedAt);
  }

  async stop(): Promise<void> {
    const closed = this.#changes[Symbol.asyncDispose]();
    await this.#schedule?.[Symbol.asyncDispose]();
    await closed;
    await this.#alarms.told;
  }

  /** Runs now, or once more after the run under way. */
  runNow(): void {
    // How it ends is told by the troubles.
    void this.#schedule?.runNow().catch(() => {});
  }

  /** Takes what the configs say now for what they should say. */
  accept(): void {
    this.#changes.accept();
  }

  /** As the disk has it; undefined when its history cannot be read, which is a trouble then. */
  async shelved(): Promise<Shelved | undefined> {
    const shelved = await this.#troubles.during("disk", () => this.#shelf.read());
    const { at, result } = shelved?.status.lastRestore ?? {};
    if (this.#schedule !== undefined && at !== undefined && result !== undefined && at !== this.#lastRestoreAt) {
      this.#lastRestoreAt = at;
      this.restores[result]++;
    }
    return shelved;
  }

  async status(): Promise<BackupStatus | undefined> {
    return (await this.shelved())?.status;
  }

  #opened(): Promise<OpenedSet> {
    return backupSetOf(this.kept.name, this.kept.settings, this.kept.place);
  }

  /** Whoever works on the set now has looked for a killed restore before. */
  async #recover({ restorable }: OpenedSet): Promise<void> {
    const done = await recoverRestore(this.kept.store, restorable).catch((error: { code?: unknown }) => {
      if (error.code !== "BACKUP_BUSY") throw error;
      return undefined;
    });
    this.#sayRecovered(done);
  }

  #sayRecovered(done: "finished" | "rolled-back" | undefined): void {
    if (done === undefined) return;
    const how = done === "finished" ? "brought to its end" : "undone";
    this.#log("warn", `A restore of the set ${this.kept.name} that was killed has been ${how}.`);
  }

  /** What a set discovers may be more than at the start. Whether other configs are watched than before. */
  async #follow(): Promise<boolean> {
    if (!this.kept.settings.watch.enabled) return false;
    const { watched } = await this.#opened();
    const isOther = await this.#changes.follow(watched, (configs) => this.#known.recall(configs));
    // Before anything is saved: a backup of what is broken is not the one to go back to.
    if (isOther && this.alarms.length === 0) await this.#alarms.note(false);
    await this.#alarms.told;
    return isOther;
  }

  async #lookBack(sinceMs: number): Promise<void> {
    if (this.kept.settings.watch.enabled) await this.#changes.lookBack((await this.#opened()).watched, sinceMs);
  }

  #noteKnown(watch: ConfigWatch): void {
    try {
      this.#known.note(watch);
      this.#troubles.end("state");
    } catch (error) {
      // A server that is lost while no daemon runs would not be missed; every change is saved as before.
      this.#troubles.begin("state", `What the configs of ${this.kept.name} hold cannot be noted: ${messageOf(error)}.`);
    }
  }

  async #runInTurn(signal: AbortSignal): Promise<void> {
    const leave = await this.#places.take(signal);
    try {
      await this.#run(signal);
    } finally {
      leave();
    }
  }

  async #run(signal: AbortSignal): Promise<void> {
    const begunAt = Date.now();
    try {
      await this.#save(signal);
    } catch (error) {
      // The daemon ends: nobody is to blame, and the next one catches up.
      if (signal.aborted) throw error;
      this.runs.failed++;
      this.#troubles.begin("run", messageOf(error));
      throw error;
    }
    this.#troubles.end("recovery");
    await this.#lookAfter(signal);
    await this.#troubles.during("watch", async () => {
      if (await this.#follow()) await this.#lookBack(begunAt);
    });
  }

  async #save(signal: AbortSignal): Promise<void> {
    const report = await save(this.kept, signal, (how) => this.#sayRecovered(how));
    this.runs[report.result]++;
    const { name } = this.kept;
    if (report.result === "partial")
      this.#troubles.begin("run", `The last backup of ${name} lacks ${problemsIn(report)}.`);
    else this.#troubles.end("run");
    const { totals } = report.manifest ?? {};
    const durationMs = Math.round(report.durationMs);
    this.#log("info", `The set ${name} is saved.`, {
      set: name,
      result: report.result,
      durationMs,
      files: totals?.files,
    });
  }

  /** What comes after a backup does not make it a worse one: it has a trouble of its own, and no retry makes a new backup. */
  async #lookAfter(signal: AbortSignal): Promise<void> {
    const step = (what: BackupTrouble, work: () => Promise<void>) => this.#troubles.during(what, work, signal);
    await step("verify", async () => {
      this.#reading = await readAgain(this.kept, this.#reading, signal);
      const { damaged, history } = this.#reading;
      const wrong = [...damaged.map((id) => `${id} is damaged`), ...history];
      if (wrong.length > 0) throw new Error(`Of the backups of ${this.kept.name}, ${wrong.slice(0, 5).join(", ")}.`);
    });
    await step("retention", async () => {
      const alarms = await prune(this.kept, this.#reading.damaged, this.#wayBack.id);
      if (alarms.length > 0) throw new Error(`Backups of ${this.kept.name}: ${alarms.join(" ")}`);
    });
    const { offsite } = this.kept.settings;
    if (offsite !== undefined) await step("offsite", () => send(this.kept, offsite, signal));
  }
}

/** A partial backup is none to count on, but its run was no failure that has to be made up for. */
function lastSavedAt({ lastAttempt, lastComplete }: BackupStatus): number | undefined {
  return lastAttempt?.result === "partial" ? Date.parse(lastAttempt.at) : lastComplete?.atMs;
}
