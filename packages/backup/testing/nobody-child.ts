/** Makes one backup as a user without rights, and tells its report. */
import { type BackupSet, BackupStore, createBackup } from "../src/index.ts";

const [folder = "", setText = "{}"] = process.argv.slice(2);
// Modules were loaded above, as root: the checkout may be closed to others.
process.setgid?.(65534);
process.setuid?.(65534);
const { result, problems } = await createBackup(new BackupStore(folder), JSON.parse(setText) as BackupSet);
console.log(JSON.stringify({ result, problems }));
