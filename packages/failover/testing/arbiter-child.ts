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
  for (let n = 0; n < Number(grants); n++) {
    const holder = `n${n}/1`;
    const acquired = arbiter.acquire("group", holder, 1_000);
    if (acquired.kind !== "granted") throw new Error(`it is held by ${acquired.by.holder}`);
    writeSync(1, `${acquired.grant.token}\n`);
    arbiter.release(acquired.grant);
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const { node, verb: asked, body } = JSON.parse(line) as { node: string; verb: string; body: unknown };
  writeSync(1, `${JSON.stringify(await askArbiter(arbiter, node, asked, body))}\n`);
}
