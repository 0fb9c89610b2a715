import { type DumpDrill, drillPostgres, drillSqlite } from "@mcp-ops/backup";
import { OpsError } from "@mcp-ops/formats";
import { messageOf } from "../log.ts";
import type { DatabaseSettings } from "./database-settings.ts";
import { connectionOf } from "./dumper.ts";
import type { Place } from "./open-set.ts";
import { runProbe } from "./probe.ts";
import type { ProbeSettings } from "./probe-settings.ts";
import type { BackupSetSettings } from "./settings.ts";

/**
 * How the databases of a set are restored by a drill. One that is saved by a command is left out when no command is there to restore it.
 * @param set its name, for messages
 */
export function dumpDrillsOf(set: string, { databases }: BackupSetSettings, place: Place): readonly DumpDrill[] {
  return Object.entries(databases).flatMap(([name, settings]) => {
    const drill = drillOf(`backup.sets.${set}.databases.${name}`, settings, place);
    return drill === undefined ? [] : [{ name, drill }];
  });
}

function drillOf(key: string, settings: DatabaseSettings, place: Place): DumpDrill["drill"] | undefined {
  if (settings.kind === "sqlite") return (folder) => drillSqlite(folder);
  if (settings.kind === "postgres") {
    const { drill } = settings;
    return async (folder, signal) =>
      drillPostgres(connectionOf(drill ? `${key}.drill` : key, drill ?? settings, place), folder, signal);
  }
  const { drill } = settings;
  return drill && ((folder, signal) => runDrill(key, drill, place, folder, signal));
}

async function runDrill(key: string, drill: ProbeSettings, place: Place, folder: string, signal: AbortSignal) {
  await runProbe(drill, place, { restored: folder, signal }).catch((error: unknown) => {
    signal.throwIfAborted();
    const message = `By ${key}.drill the dump cannot be restored: ${messageOf(error)}. See to that program, then drill an older backup.`;
    throw new OpsError("BACKUP_PROBE_FAILED", message, { cause: error });
  });
  return undefined;
}
