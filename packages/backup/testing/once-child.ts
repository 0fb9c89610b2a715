/** Makes one backup and ends. */
import { type BackupSet, BackupStore, createBackup } from "../src/index.ts";

const [folder = "", setText = "{}"] = process.argv.slice(2);
await createBackup(new BackupStore(folder), JSON.parse(setText) as BackupSet);
