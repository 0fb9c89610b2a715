/** A few rounds of the nemesis, so that it is known to run; `chaos.deep.test.ts` plays more, and `npm run chaos` as many as you like. */
import { expect, test } from "vitest";
import { Cluster } from "./cluster.ts";
import { ENGINES } from "./engines.ts";
import { torment } from "./nemesis.ts";
import { noNetwork } from "./network.ts";
import { report } from "./report.ts";

const missing = noNetwork();
if (missing !== undefined) console.log(`chaos: skipped: ${missing}.`);
const ROUNDS = 3;

test.skipIf(missing !== undefined)("H1: at most one leads, whatever happens, and soon one leads again", async () => {
  await using cluster = await Cluster.open({ engine: ENGINES.embedded, gates: { a: "wrap", b: "proxy" } });
  await torment(cluster, { rounds: ROUNDS, seed: 1 });
  expect(report(cluster.history.happenings)).not.toContain("BROKEN");
});
