/** Restores as a user without rights, and is killed after so many steps of the switch, or, without a number, while the probe is asked. */
import { flushCompileCache } from "node:module";
import { type BackupSet, BackupStore, type Progress, restoreBackup } from "../src/index.ts";

const [folder = "", setText = "{}", id = "", steps] = process.argv.slice(2);
const set = JSON.parse(setText) as BackupSet;
flushCompileCache();
// Modules were loaded above, as root: the checkout may be closed to others.
process.setgid?.(65534);
process.setuid?.(65534);
const die = () => void process.kill(process.pid, "SIGKILL");
const onProgress = ({ phase, files }: Progress) => {
  if (phase === "switch" && files === Number(steps)) die();
};
await restoreBackup(new BackupStore(folder), set, { set: set.name, id }, { onProgress, probe: async () => die() });
