import { z } from "zod";
import { SIDECAR_ERROR } from "../codes.ts";
import { type AdminReply, type AdminRequest, type AdminRoute, problem } from "../listeners/admin-route.ts";
import type { Keeper } from "./keeper.ts";
import { offerOf, PIECE_WISH, pieceOf } from "./offers.ts";

/** Backups shown of one set; the newest. */
const MAX_SHOWN = 1_000;

/** What the admin API can ask of the sets. It names sets of the config, and nothing else: no path and no command comes in here. */
export function backupRoutes(keepers: () => ReadonlyMap<string, Keeper>): readonly AdminRoute[] {
  const withSet = (answer: (keeper: Keeper, request: AdminRequest) => Promise<AdminReply>): AdminRoute["respond"] => {
    return async (request) => {
      const keeper = keepers().get(request.params.set ?? "");
      if (keeper !== undefined) return answer(keeper, request);
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
    // What a backup holds is secret. So these are no GETs, which without a token anybody on this machine may ask.
    {
      method: "post",
      path: "/{set}/offer",
      about:
        "Which backup of a set a standby should have: the newest that is complete and was read in full, and its age",
      respond: withSet(offering(offer)),
    },
    {
      method: "post",
      path: "/{set}/piece",
      about: "A part of a file of a backup, as bytes; an empty one behind its end",
      accepts: z.toJSONSchema(PIECE_WISH),
      respond: withSet(offering(piece)),
    },
  ];
}

type Answer = (keeper: Keeper, request: AdminRequest) => Promise<AdminReply>;

function offering(answer: Answer): Answer {
  return async (keeper, request) => {
    if (keeper.kept.settings.offer) return answer(keeper, request);
    return notThere(`The set ${keeper.kept.name} is not offered. Set offer: true in its config here, if it should be.`);
  };
}

async function offer({ kept: { store, name } }: Keeper): Promise<AdminReply> {
  const offered = await offerOf(store, name);
  return offered === undefined
    ? notThere(`There is no good backup of ${name} yet.`)
    : { status: 200, body: { ...offered } };
}

async function piece({ kept: { store, name: set } }: Keeper, { body }: AdminRequest): Promise<AdminReply> {
  const wish = PIECE_WISH.safeParse(body);
  if (!wish.success) return problem(400, SIDECAR_ERROR.requestMalformed, "Give id, file and start, the first byte.");
  try {
    return { status: 200, body: await pieceOf(store, { set, id: wish.data.id }, wish.data) };
  } catch (error) {
    if ((error as { code?: unknown }).code !== "BACKUP_NOT_FOUND") throw error;
    return notThere((error as Error).message);
  }
}

function notThere(message: string): AdminReply {
  return problem(404, SIDECAR_ERROR.noSuchBackup, message);
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
