import {
  type BackupSet,
  type BackupStore,
  commandDumper,
  createBackup,
  discover,
  openConfigWatch,
  openSchedule,
  postgresDumper,
  sqliteDumper,
} from "@mcp-ops/backup";

/** What a house backs up: the configurations of its MCP clients, and three databases. */
export async function houseSet(home: string, password: string): Promise<BackupSet> {
  const { configs } = await discover({ home, platform: "linux" });
  return {
    name: "house",
    sources: configs.map(({ path }) => ({ path, required: true })),
    dumpers: [
      postgresDumper({ name: "shop", host: "db.internal", user: "backup", database: "shop", password }),
      sqliteDumper({ name: "notes", path: `${home}/notes.db`, required: false }),
      commandDumper({ name: "wiki", program: "/usr/local/bin/export-wiki", env: { LANG: "C.UTF-8" } }),
    ],
  };
}

/** Backs up each night, and whenever a configuration changes. */
export async function keepHouse(store: BackupStore, set: BackupSet, home: string, lastSucceededAt?: number) {
  const schedule = openSchedule({
    expression: "15 3 * * *",
    lastSucceededAt,
    run: async (signal) => {
      const { result } = await createBackup(store, set, { signal });
      if (result === "failed") throw new Error("the backup failed");
    },
  });
  const { configs } = await discover({ home, platform: "linux" });
  const watch = await openConfigWatch({
    configs: configs.map((config) => ({ ...config, required: [] })),
    onChange: () => void schedule.runNow().catch(() => {}),
    onAlarm: (begun) => begun.forEach(({ message }) => void console.error(message)),
  });
  return { schedule, watch };
}
