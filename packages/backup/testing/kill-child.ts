/** Backs up, or restores, for ever until it is killed; tells each thing it has finished. */
import { writeSync } from "node:fs";
import { flushCompileCache } from "node:module";
import { type BackupSet, BackupStore, createBackup, restoreBackup } from "../src/index.ts";

const [verb = "", folder = "", setText = "{}", ...ids] = process.argv.slice(2);
const store = new BackupStore(folder);
const set = JSON.parse(setText) as BackupSet;

// At its end, as ever, it would come too late.
flushCompileCache();
writeSync(1, "ready\n");
for (let n = 0; ; n++) {
  if (verb === "create") {
    const { ref } = await createBackup(store, set, { verify: n % 2 === 0 });
    writeSync(1, `${ref?.id}\n`);
  } else {
    const id = ids[n % ids.length] as string;
    await restoreBackup(store, set, { set: set.name, id });
    writeSync(1, `${id}\n`);
  }
}
