/** Makes one backup, or restores the one whose id is given, and ends. */
import { type BackupSet, BackupStore, createBackup, restoreBackup } from "../src/index.ts";

const [folder = "", setText = "{}", id] = process.argv.slice(2);
const store = new BackupStore(folder);
const set = JSON.parse(setText) as BackupSet;
await (id === undefined ? createBackup(store, set) : restoreBackup(store, set, { set: set.name, id }));
