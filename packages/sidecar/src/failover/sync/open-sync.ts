import { join, resolve } from "node:path";
import { BackupStore } from "@mcp-ops/backup";
import { openOffsite } from "../../backup/offsite.ts";
import type { DutyContext } from "../../duties/duty.ts";
import { stateFolder } from "../../state/state-file.ts";
import { hintsOf } from "../hints.ts";
import type { Peers } from "../peers.ts";
import { offsiteSource } from "./offsite-source.ts";
import { primarySource } from "./primary-source.ts";
import { StagedAge } from "./staged-age.ts";
import { Sync } from "./sync.ts";
import { DEFAULT_SYNC_MS, type SyncSettings } from "./sync-settings.ts";

interface SyncFacts {
  readonly peers: Peers;
  /** Who leads, unless it is this node. */
  readonly primary: () => string | undefined;
  readonly leads: () => boolean;
}

/** @throws SIDECAR_SECRET_UNREADABLE, BACKUP_S3_MISSING */
export async function openSync(
  { set, everyMs, trustedKeys, maxBytes, folder: given, offsite }: SyncSettings,
  { folder, env, log }: Pick<DutyContext, "folder" | "env" | "log">,
  { peers, primary, leads }: SyncFacts,
): Promise<Sync> {
  const store = new BackupStore(
    given === undefined ? join(stateFolder(env), "failover-synced") : resolve(folder, given),
  );
  const source =
    offsite === undefined
      ? primarySource(peers, primary)
      : offsiteSource(await openOffsite("failover.sync.offsite", offsite, { folder, env }));
  return new Sync({
    set,
    trustedKeys,
    maxBytes,
    everyMs: everyMs ?? hintsOf(env).syncIntervalMs ?? DEFAULT_SYNC_MS,
    store,
    source,
    age: new StagedAge(join(store.folder, `${set}.age`)),
    leads,
    log,
  });
}
