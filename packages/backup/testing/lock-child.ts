/** Says whether the lock of a set can be had by another process. */
import { locked } from "../src/disk/lock.ts";

const outcome = await locked(process.argv[2] ?? "", async () => "free").catch(({ code }: { code: string }) => code);
process.stdout.write(outcome);
