/** `ROUNDS=100 SEED=7 npm run test:deep -- test/chaos/chaos`: the rounds are shared by the engines that can run here. */
import { describe, expect, test } from "vitest";
import { Cluster } from "./cluster.ts";
import { ENGINES } from "./engines.ts";
import { anyGates } from "./gates.ts";
import { torment } from "./nemesis.ts";
import { noNetwork } from "./network.ts";
import { report } from "./report.ts";

const engines = Object.values(ENGINES);
const rounds = Math.ceil(Number(process.env.ROUNDS ?? 9) / engines.length);
const seed = Number(process.env.SEED ?? 1);

describe.each(engines)("the nemesis with $name", (engine) => {
  const missing = noNetwork() ?? engine.missing();
  if (missing !== undefined) console.log(`chaos with ${engine.name}: skipped: ${missing}.`);

  test.skipIf(missing !== undefined)(
    `H1, H3, H4: one leads, soon again one, and none without a store (seed ${seed})`,
    async () => {
      const gates = anyGates(seed + engines.indexOf(engine));
      await using cluster = await Cluster.open({ engine, gates });
      await torment(cluster, { rounds, seed });
      const told = report(cluster.history.happenings);
      console.log(`${engine.name}, gates: ${gates.a} and ${gates.b}\n${told}`);
      expect(told).not.toContain("BROKEN");
    },
  );
});
