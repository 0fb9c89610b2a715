/** Whenever the daemon is killed, the next one starts from sound state and finds the same servers. */
import { setTimeout as passing } from "node:timers/promises";
import { expect, test } from "vitest";
import { Chance } from "../fixtures/chance.ts";
import { ask } from "./asking.ts";
import { type Daemon, House } from "./house.ts";

const ROUNDS = Number(process.env.ROUNDS ?? 10);
const SEED = Number(process.env.SEED ?? 1);

test(`the state outlives a kill at any moment (${ROUNDS} rounds, seed ${SEED})`, async () => {
  await using house = new House();
  const chance = new Chance(SEED);
  for (let round = 0; round < ROUNDS; round++) {
    // Others come, so that the slots are written anew in every round.
    for (let server = 0; server < 3; server++)
      await house.rogue(`${round}-${server}`, (_, response) => void response.end("x 1\n"));
    const daemon = await house.daemon("fleet: {maxServers: 1000}");
    const asked = ask(daemon.probes, "/metrics").catch(() => undefined);
    // The moment is what is random here; nothing is waited for.
    await passing(Math.floor(chance.next() * 60));
    daemon.child.kill("SIGKILL");
    await Promise.all([daemon.ended, asked]);
    const heir = await house.daemon("fleet: {maxServers: 1000}");
    expect(await slots(heir)).toBe(3 * (round + 1));
    expect(JSON.parse((await ask(heir.admin, "/api/v1/status")).body)).toMatchObject({
      status: "healthy",
      damagedState: [],
    });
    heir.child.kill("SIGKILL");
    await heir.ended;
  }
});

/** How many slots there are, each once. */
async function slots({ probes }: Daemon): Promise<number> {
  const { body } = await ask(probes, "/metrics");
  return new Set([...body.matchAll(/^mcp_ops_fleet_up\{.*slot="(\d+)"} 1$/gm)].map(([, slot]) => slot)).size;
}
