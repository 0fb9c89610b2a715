/**
 * An arbiter in a process of its own, on the ledger that is given, until it is killed. With `grants` it gives leases, so many or without
 * end, as fast as it can and tells each one after it has been answered; else it answers questions on stdin, one a line.
 */
import { writeSync } from "node:fs";
import { createInterface } from "node:readline";
import { Arbiter } from "../src/arbiter/arbiter.ts";
import { askArbiter } from "../src/arbiter/service.ts";

const [file = "", verb = "", grants = "Infinity"] = process.argv.slice(2);
const arbiter = new Arbiter({ file });
writeSync(1, "ready\n");

if (verb === "grants") {
  for (let n = 0, answered = 0; answered < Number(grants); n++) {
    const acquired = attempted(() => arbiter.acquire("group", `n${n}/1`, 1_000));
    // One whose return the disk did not take has its time.
    if (acquired?.kind === "held") continue;
    answered++;
    writeSync(1, `${acquired === undefined ? "refused" : acquired.grant.token}\n`);
    if (acquired !== undefined) attempted(() => arbiter.release(acquired.grant));
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const { node, verb: asked, body } = JSON.parse(line) as { node: string; verb: string; body: unknown };
  writeSync(1, `${JSON.stringify(await askArbiter(arbiter, node, asked, body))}\n`);
}

function attempted<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if ((error as { code?: string }).code !== "FAILOVER_LEDGER_UNUSABLE") throw error;
    return undefined;
  }
}
