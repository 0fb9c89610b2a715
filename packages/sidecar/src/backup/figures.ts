import { type BackupStatus, type BackupStore, type Manifest, verifyBackup } from "@mcp-ops/backup";
import { BACKUP_TROUBLES, METRIC } from "@mcp-ops/formats";
import { convert } from "../exposition/convert.ts";
import type { Family, Format } from "../exposition/family.ts";
import { type Figure, own } from "../exposition/own.ts";
import type { Keeper } from "./keeper.ts";

/** One set as its disk has it. */
export interface Kept {
  readonly keeper: Keeper;
  readonly status: BackupStatus | undefined;
  readonly totals: Manifest["totals"] | undefined;
}

/** What the page shows of the sets. What never happened is not there: a zero would be the year 1970. */
export function backupFamilies(sets: readonly Kept[], format: Format): readonly Family[] {
  const gauge = (name: string, figureOf: (set: Kept) => number | undefined) => own(name, figures(sets, figureOf));
  const families = [
    gauge(METRIC.backupLastSuccess, ({ status }) => seconds(status?.lastComplete?.atMs)),
    gauge(METRIC.backupLastAttempt, ({ status }) => seconds(timeOf(status?.lastAttempt?.at))),
    gauge(METRIC.backupLastVerified, ({ status }) => seconds(status?.lastVerifiedAtMs)),
    own(
      METRIC.backupRuns,
      counted(sets, "result", ({ keeper }) => keeper.runs),
    ),
    gauge(METRIC.backupDuration, ({ status }) => seconds(status?.lastAttempt?.durationMs)),
    gauge(METRIC.backupSize, ({ status }) => status?.lastComplete?.bytes),
    own(
      METRIC.backupFiles,
      counted(sets, "status", ({ totals }) => filesOf(totals)),
    ),
    gauge(METRIC.backupRetained, ({ status }) => status?.retained),
    gauge(METRIC.backupNextRun, ({ keeper }) => seconds(keeper.schedule?.nextAt)),
    own(
      METRIC.backupRestores,
      counted(sets, "result", ({ keeper }) => keeper.restores),
    ),
    own(
      METRIC.backupConfigAlarms,
      counted(sets, "kind", ({ keeper }) => alarmsOf(keeper)),
    ),
    own(
      METRIC.backupTroubles,
      counted(sets, "kind", ({ keeper }) => troublesOf(keeper)),
    ),
  ];
  return families.flatMap((family) => convert(family, "classic", format));
}

/** What the manifests say of the newest backups; each is read once. */
export class Totals {
  readonly #store: BackupStore;
  readonly #read = new Map<string, { readonly id: string; readonly totals: Manifest["totals"] | undefined }>();

  constructor(store: BackupStore) {
    this.#store = store;
  }

  async of(set: string, id: string | undefined): Promise<Manifest["totals"] | undefined> {
    if (id === undefined) return undefined;
    const before = this.#read.get(set);
    if (before?.id === id) return before.totals;
    const totals = (await verifyBackup(this.#store.target, { set, id })).manifest?.totals;
    this.#read.set(set, { id, totals });
    return totals;
  }
}

function figures(sets: readonly Kept[], figureOf: (set: Kept) => number | undefined): readonly Figure[] {
  return sets.flatMap((set) => {
    const value = figureOf(set);
    return value === undefined ? [] : [{ labels: { set: set.keeper.kept.name }, value }];
  });
}

function counted(
  sets: readonly Kept[],
  label: string,
  countsOf: (set: Kept) => Readonly<Record<string, number>>,
): readonly Figure[] {
  return sets.flatMap((set) =>
    Object.entries(countsOf(set)).map(([word, value]) => ({
      labels: { set: set.keeper.kept.name, [label]: word },
      value,
    })),
  );
}

function filesOf(totals: Manifest["totals"] | undefined): Readonly<Record<string, number>> {
  if (totals === undefined) return {};
  const { files, changed, missing, unreadable, skipped } = totals;
  return { ok: files - changed, changed, missing, unreadable, skipped };
}

function alarmsOf({ alarms }: Keeper): Readonly<Record<string, number>> {
  const count = (kind: string) => alarms.filter((alarm) => alarm.kind === kind).length;
  const kinds = ["missing", "invalid", "servers-lost", "required-server-lost"];
  return Object.fromEntries(kinds.map((kind) => [kind, count(kind)]));
}

function troublesOf(keeper: Keeper): Readonly<Record<string, number>> {
  return Object.fromEntries(BACKUP_TROUBLES.map((what) => [what, keeper.suffersFrom(what) ? 1 : 0]));
}

function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1_000;
}

function timeOf(iso: string | undefined): number | undefined {
  return iso === undefined ? undefined : Date.parse(iso);
}
