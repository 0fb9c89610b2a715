import {
  type BackupStatus,
  backupStatus,
  type ConfigAlarm,
  type ConfigWatch,
  openConfigWatch,
  openSchedule,
  recoverRestore,
  type Schedule,
  type ScheduleStatus,
} from "@mcp-ops/backup";
import type { DutyContext } from "../duties/duty.ts";
import { messageOf } from "../log.ts";
import { KnownServers } from "./known-servers.ts";
import { backupSetOf, type OpenedSet } from "./open-set.ts";
import { type Kept, problemsIn, prune, readAgain, save, send } from "./run.ts";
import { WayBack } from "./way-back.ts";

/** What can be wrong with a set, each put right by itself. */
type Trouble = "start" | "run" | "verify" | "retention" | "offsite" | "disk" | "way-back";

/** Keeps one set: runs it at its times and on changes, and knows what is wrong with it. Nothing it does throws. */
export class Keeper {
  readonly kept: Kept;
  readonly runs: Record<"complete" | "partial" | "failed", number> = { complete: 0, partial: 0, failed: 0 };
  readonly restores: Record<"done" | "rolled-back" | "failed", number> = { done: 0, "rolled-back": 0, failed: 0 };
  readonly #log: DutyContext["log"];
  readonly #known: KnownServers;
  readonly #wayBack: WayBack;
  readonly #troubles = new Map<Trouble, string>();
  #damaged: readonly string[] = [];
  #schedule: Schedule | undefined;
  #watch: ConfigWatch | undefined;
  #telling: Promise<void> = Promise.resolve();
  #change: NodeJS.Timeout | undefined;
  #changeRanAt = Number.NEGATIVE_INFINITY;
  #lastRestoreAt: string | undefined;

  constructor(kept: Kept, { log, state, configFlags }: Pick<DutyContext, "log" | "state" | "configFlags">) {
    this.kept = kept;
    this.#log = log;
    this.#known = new KnownServers(state, kept.name);
    this.#wayBack = new WayBack(kept, state, configFlags);
  }

  get alarms(): readonly ConfigAlarm[] {
    return this.#watch?.alarms ?? [];
  }

  get schedule(): ScheduleStatus | undefined {
    return this.#schedule?.status;
  }

  /** What somebody should see to, in sentences. */
  get troubles(): readonly string[] {
    return [...this.#troubles.values(), ...this.alarms.map((alarm) => this.#said(alarm))];
  }

  /** What puts the last good backup back, while an alarm stands. */
  get restoreCommand(): string | undefined {
    return this.#wayBack.command;
  }

  async start(): Promise<void> {
    const before = await this.status();
    this.#lastRestoreAt = before?.lastRestore?.at;
    await this.#try("start", async () => {
      const opened = await backupSetOf(this.kept.name, this.kept.settings, this.kept.place);
      await this.#recover(opened);
      if (this.kept.settings.watch.enabled) await this.#openWatch(opened);
    });
    const { schedule: expression, timeZone } = this.kept.settings;
    this.#schedule = openSchedule({
      expression,
      timeZone,
      lastSucceededAt: before?.lastComplete?.atMs,
      run: (signal) => this.#run(signal),
    });
  }

  async stop(): Promise<void> {
    clearTimeout(this.#change);
    await this.#watch?.[Symbol.asyncDispose]();
    await this.#telling;
    await this.#schedule?.[Symbol.asyncDispose]();
  }

  /** Runs now, or once more after the run under way. */
  runNow(): void {
    // How it ends is told by the troubles.
    void this.#schedule?.runNow().catch(() => {});
  }

  /** Takes what the configs say now for what they should say. */
  accept(): void {
    for (const { path } of this.alarms) this.#watch?.accept(path);
    this.#noteKnown();
  }

  /** As the disk has it; undefined when its history cannot be read, which is a trouble then. */
  async status(): Promise<BackupStatus | undefined> {
    const status = await this.#try("disk", () => backupStatus(this.kept.store, this.kept.name));
    const { at, result } = status?.lastRestore ?? {};
    if (this.#schedule !== undefined && at !== undefined && result !== undefined && at !== this.#lastRestoreAt) {
      this.#lastRestoreAt = at;
      this.restores[result]++;
    }
    return status;
  }

  async #recover({ restorable }: OpenedSet): Promise<void> {
    const done = await recoverRestore(this.kept.store, restorable);
    if (done === undefined) return;
    const how = done === "finished" ? "brought to its end" : "undone";
    this.#log("warn", `A restore of the set ${this.kept.name} that was killed has been ${how}.`);
  }

  async #openWatch({ watched }: OpenedSet): Promise<void> {
    this.#watch = await openConfigWatch({
      configs: this.#known.recall(watched),
      quietMs: this.kept.settings.watch.quietMs,
      onChange: () => this.#changed(),
      onAlarm: (begun, ended) => {
        this.#telling = this.#telling.then(() => this.#tell(begun, ended));
      },
    });
    this.#noteKnown();
    // Before anything is saved: a backup of what is broken is not the one to go back to.
    if (this.alarms.length === 0) await this.#noteWayBack(false);
    await this.#telling;
  }

  #noteKnown(): void {
    if (this.#watch !== undefined) this.#known.note(this.#watch);
  }

  async #tell(begun: readonly ConfigAlarm[], ended: readonly ConfigAlarm[]): Promise<void> {
    await this.#noteWayBack(begun.length > 0 || this.alarms.length > 0);
    const way = this.#wayBack.id === undefined ? " There is no good backup of it yet." : "";
    for (const alarm of begun) this.#log("error", `${this.#said(alarm)}${way}`);
    for (const { path } of ended) this.#log("info", `${path} is as it should be again.`);
  }

  async #noteWayBack(stands: boolean): Promise<void> {
    await this.#try("way-back", () => this.#wayBack.note(stands));
  }

  #said({ message }: ConfigAlarm): string {
    const command = this.#wayBack.command;
    return command === undefined ? message : `${message} The last good one comes back with: ${command}`;
  }

  /** A config that is broken now is no reason to save it: the newest backup stays the one to go back to. */
  #changed(): void {
    this.#noteKnown();
    const waitMs = this.#changeRanAt + this.kept.settings.watch.minIntervalMs - performance.now();
    this.#change ??= setTimeout(
      () => {
        this.#change = undefined;
        if (this.alarms.length > 0) return;
        this.#changeRanAt = performance.now();
        this.runNow();
      },
      Math.max(0, waitMs),
    );
  }

  async #run(signal: AbortSignal): Promise<void> {
    try {
      await this.#save(signal);
    } catch (error) {
      // The daemon ends: nobody is to blame, and the next one catches up.
      if (signal.aborted) throw error;
      this.runs.failed++;
      this.#trouble("run", messageOf(error));
      throw error;
    }
    this.#troubles.delete("start");
    await this.#lookAfter(signal);
  }

  async #save(signal: AbortSignal): Promise<void> {
    const report = await save(this.kept, signal);
    this.runs[report.result]++;
    const { name } = this.kept;
    if (report.result === "partial") this.#trouble("run", `The last backup of ${name} lacks ${problemsIn(report)}.`);
    else this.#troubles.delete("run");
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
    await this.#try("verify", async () => {
      const read = await readAgain(this.kept);
      if (read !== undefined) this.#damaged = read.damaged;
      const wrong = [...this.#damaged.map((id) => `${id} is damaged`), ...(read?.history ?? [])];
      if (wrong.length > 0) throw new Error(`Of the backups of ${this.kept.name}, ${wrong.slice(0, 5).join(", ")}.`);
    });
    await this.#try("retention", async () => {
      const alarms = await prune(this.kept, this.#damaged, this.#wayBack.id);
      if (alarms.length > 0) throw new Error(`Backups of ${this.kept.name}: ${alarms.join(" ")}`);
    });
    const { offsite } = this.kept.settings;
    if (offsite !== undefined) await this.#try("offsite", () => send(this.kept, offsite, signal));
  }

  async #try<T>(what: Trouble, work: () => Promise<T>): Promise<T | undefined> {
    try {
      const done = await work();
      this.#troubles.delete(what);
      return done;
    } catch (error) {
      this.#trouble(what, messageOf(error));
      return undefined;
    }
  }

  /** Said once, and not at each look. */
  #trouble(what: Trouble, message: string): void {
    if (this.#troubles.get(what) !== message) this.#log("error", message, { set: this.kept.name, what });
    this.#troubles.set(what, message);
  }
}
