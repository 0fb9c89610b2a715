import { SIDECAR_ERROR } from "../codes.ts";
import { type AdminReply, type AdminRoute, problem } from "../listeners/admin-route.ts";
import type { Keeper } from "./keeper.ts";

/** Backups shown of one set; the newest. */
const MAX_SHOWN = 1_000;

/** What the admin API can ask of the sets. It names sets of the config, and nothing else: no path and no command comes in here. */
export function backupRoutes(keepers: () => ReadonlyMap<string, Keeper>): readonly AdminRoute[] {
  const withSet = (answer: (keeper: Keeper) => Promise<AdminReply>): AdminRoute["respond"] => {
    return async ({ params }) => {
      const keeper = keepers().get(params.set ?? "");
      if (keeper !== undefined) return answer(keeper);
      return problem(404, SIDECAR_ERROR.noSuchSet, "The config has no such set. /api/v1/backups lists them.");
    };
  };
  return [
    {
      method: "get",
      path: "/",
      about: "The backup sets, and how each is",
      respond: async () => ({ status: 200, body: { sets: await Promise.all([...keepers().values()].map(summary)) } }),
    },
    {
      method: "get",
      path: "/{set}",
      about: "One backup set, with its backups, oldest first",
      respond: withSet(async (keeper) => ({
        status: 200,
        body: { ...(await summary(keeper)), backups: await backupsOf(keeper) },
      })),
    },
    {
      method: "post",
      path: "/{set}/run",
      about: "Back up a set now, or once more after the run under way; does not wait for it",
      respond: withSet(async (keeper) => {
        const isRunning = keeper.schedule?.runningSince !== undefined;
        keeper.runNow();
        return { status: 202, body: { set: keeper.kept.name, run: isRunning ? "follows" : "started" } };
      }),
    },
    {
      method: "post",
      path: "/{set}/accept",
      about: "Take what the configs of a set say now for what they should say, which ends alarms about lost servers",
      respond: withSet(async (keeper) => {
        keeper.accept();
        return { status: 200, body: await summary(keeper) };
      }),
    },
  ];
}

async function summary(keeper: Keeper): Promise<object> {
  const { lastAttempt, lastComplete, lastVerifiedAtMs, lastRestore, retained, retainedBytes } =
    (await keeper.status()) ?? {};
  return {
    set: keeper.kept.name,
    content: keeper.troubles.length === 0,
    troubles: keeper.troubles,
    alarms: keeper.alarms,
    restore: keeper.restoreCommand,
    lastAttempt,
    lastComplete: lastComplete?.ref.id,
    lastVerifiedAt: iso(lastVerifiedAtMs),
    lastRestore,
    retained,
    retainedBytes,
    runningSince: iso(keeper.schedule?.runningSince),
    nextRunAt: iso(keeper.schedule?.nextAt),
  };
}

async function backupsOf(keeper: Keeper): Promise<readonly object[]> {
  const { backups = [] } = (await keeper.shelved()) ?? {};
  return backups.slice(-MAX_SHOWN).map(({ ref, atMs, verifiedAtMs, result, bytes, files }) => {
    return { id: ref.id, at: iso(atMs), result, bytes, files, verifiedAt: iso(verifiedAtMs) };
  });
}

function iso(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString();
}
