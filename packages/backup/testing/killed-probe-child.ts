/** Restores as a user without rights, and is killed when everything is switched and the probe is asked. */
import { type BackupSet, BackupStore, restoreBackup } from "../src/index.ts";

const [folder = "", setText = "{}", id = ""] = process.argv.slice(2);
const set = JSON.parse(setText) as BackupSet;
// Modules were loaded above, as root: the checkout may be closed to others.
process.setgid?.(65534);
process.setuid?.(65534);
const probe = async () => void process.kill(process.pid, "SIGKILL");
await restoreBackup(new BackupStore(folder), set, { set: set.name, id }, { probe });
