import { type Duty, type DutyContext, type DutyPlan, dutyPlan } from "../duties/duty.ts";
import type { Family, Format } from "../exposition/family.ts";
import { backupFamilies, Totals } from "./figures.ts";
import { Keeper } from "./keeper.ts";
import { backupStoreOf } from "./open-set.ts";
import { Places } from "./places.ts";
import { backupRoutes } from "./routes.ts";
import { type BackupSetSettings, type BackupSettings, backupSection } from "./settings.ts";

/** The duty `backup`: each set at its times and on changes. One that fails leaves the others alone. */
export const backupPlan: DutyPlan = dutyPlan({ name: "backup", section: backupSection, open: openBackup });

function openBackup(settings: BackupSettings): Duty {
  let keepers: ReadonlyMap<string, Keeper> = new Map();
  let page = async (_: Format): Promise<readonly Family[]> => [];
  return {
    base: "backups",
    async start(context) {
      keepers = keepersOf(settings, context);
      page = pageOf(settings, context, keepers);
      await Promise.all([...keepers.values()].map((keeper) => keeper.start()));
    },
    async stop() {
      await Promise.all([...keepers.values()].map((keeper) => keeper.stop()));
    },
    status: () => statusOf([...keepers.values()]),
    metrics: (format) => page(format),
    routes: backupRoutes(() => keepers),
  };
}

function keepersOf(settings: BackupSettings, context: DutyContext): ReadonlyMap<string, Keeper> {
  const store = backupStoreOf(settings, context);
  const place = { folder: context.folder, env: context.env };
  const places = new Places();
  const keeperOf = (name: string, set: BackupSetSettings) =>
    new Keeper({ name, settings: set, store, place }, context, places);
  return new Map(Object.entries(settings.sets).map(([name, set]) => [name, keeperOf(name, set)]));
}

/** Read from the disk each time: the command makes and restores backups, too. */
function pageOf(settings: BackupSettings, context: DutyContext, keepers: ReadonlyMap<string, Keeper>) {
  const store = backupStoreOf(settings, context);
  const totals = new Totals(store);
  return async (format: Format): Promise<readonly Family[]> => {
    const sets = [...keepers.values()].map(async (keeper) => {
      const shelved = await keeper.shelved();
      const newest = shelved?.backups.at(-1);
      return { keeper, status: shelved?.status, totals: await totals.of(keeper.kept.name, newest?.ref.id) };
    });
    return backupFamilies(await Promise.all(sets), format);
  };
}

function statusOf(keepers: readonly Keeper[]): { content: boolean; message: string } {
  const troubles = keepers.flatMap((keeper) => keeper.troubles);
  const [first] = troubles;
  if (first === undefined) return { content: true, message: `${keepers.length} backup sets are kept.` };
  const more = troubles.length > 1 ? ` And ${troubles.length - 1} more; see /api/v1/backups.` : "";
  return { content: false, message: `${first}${more}` };
}
