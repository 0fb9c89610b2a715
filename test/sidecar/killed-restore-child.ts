/** Restores these files, and is killed when the first of them is in its place. */
import { BackupStore, restoreBackup } from "@mcp-ops/backup";

const [folder = "", set = "", id = "", ...paths] = process.argv.slice(2);
const sources = paths.map((path) => ({ path, required: false }));
await restoreBackup(
  new BackupStore(folder),
  { name: set, sources },
  { set, id },
  {
    onProgress: ({ phase }) => void (phase === "switch" && process.kill(process.pid, "SIGKILL")),
  },
);
