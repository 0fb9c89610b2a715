/** The role gate on every carrier: what a standby refuses, what a primary hands on, and what happens when its time runs out. */
import { FENCING_HEADER, FENCING_META_KEY } from "@mcp-ops/formats";
import { afterEach, describe, expect, test } from "vitest";
import type { Carrier, House } from "../carriers/carrier.ts";
import { carriers } from "../carriers/carriers.ts";
import type { Wire } from "../carriers/wire.ts";
import { call, greeting, request } from "../fixtures/script.ts";
import { closeRoles, type How, type TapPoint } from "../fixtures/watcher.ts";
import { type Agent, openAgent } from "./agent.ts";

afterEach(closeRoles);

const LONG_MS = 60_000;
const SHORT_MS = 150;
const TOKEN = 281_474_976_710_663n;
const BROUGHT = { _meta: { [FENCING_META_KEY]: "999" } };

/** Who asks once more has taken the answer before. Two may ask in turns. */
async function isAskedAgain(agent: Agent): Promise<void> {
  const before = agent.asked;
  await expect.poll(() => agent.asked).toBeGreaterThan(before + 3);
}

const inProcess = carriers.map((carrier) => ({ name: carrier.name, carrier, at: "server" as const }));
const behindProxy = carriers
  .filter(({ traits }) => traits.transport === "http" || traits.transport === "sse")
  .map((carrier) => ({ name: `${carrier.name}, behind the proxy`, carrier, at: "proxy" as const }));

describe.each([...inProcess, ...behindProxy])("$name", ({ carrier, at }: { carrier: Carrier; at: TapPoint }) => {
  const { traits } = carrier;
  const isHttp = traits.transport === "http";
  const ask = (name: string, args = {}, more = {}, id: string | number = 1) =>
    request(call(name, args, more), traits.era, id);
  /** With a token of the client's own, in each way there is. */
  const forged = () => ({ ...ask("token", {}, BROUGHT), headers: { [FENCING_HEADER]: "999" } });
  const list = request({ method: "tools/list" }, traits.era, 2);

  async function behind(how: How, story: (wire: Wire, house: House) => Promise<void>): Promise<void> {
    await using house = await carrier.open({ cast: "recorder", at: [at], ...how });
    await using wire = await house.wire();
    for (const line of greeting(traits)) await wire.say(line);
    await story(wire, house);
  }

  test("it refuses as a standby, hands its token on as a primary, and revokes what is under way when its time runs out", async () => {
    await using agent = await openAgent();
    agent.stands();
    await behind({ roleUrl: agent.url }, async (wire, house) => {
      await isAskedAgain(agent);
      await refusesAsStandby(wire, house);
      agent.leads(TOKEN, LONG_MS);
      await isAskedAgain(agent);
      await handsOnItsToken(wire);
      await revokes(wire, house, agent);
    });
  });

  async function refusesAsStandby(wire: Wire, house: House): Promise<void> {
    const answer = await wire.say(ask("slow", { until: "never" }));
    expect(answer).toContain('"code":-31005');
    expect(answer).toContain('"data":{"primary":"b","url":"http://b.example/mcp","retryAfterMs":1500}');
    if (isHttp) expect(answer).toMatch(/^HTTP 503\n(.*\n)*retry-after: 2\n/);
    expect(await wire.say(list)).toContain('"code":-31005');
    expect(house.audience.all({ about: "slow started" })).toEqual([]);
  }

  async function handsOnItsToken(wire: Wire): Promise<void> {
    const answer = await wire.say(forged());
    // Behind the proxy the server is not watched, and the tool knows no token but from the header, where its SDK shows it.
    expect(answer).toContain(at === "server" ? `token ${TOKEN}, in a header undefined` : "token undefined");
    expect(answer).not.toContain("999");
    expect(await wire.say(list)).toContain('"tools"');
  }

  async function revokes(wire: Wire, house: House, agent: Agent): Promise<void> {
    const answer = wire.say(ask("slow", { until: "released" }));
    await house.audience.hears({ about: "slow started" });
    agent.leads(TOKEN, SHORT_MS);
    await isAskedAgain(agent);
    agent.silence();
    expect(await answer).toContain('"code":-31006');
    // Where it has begun, nobody may be invited to ask elsewhere.
    if (isHttp) expect(await answer).toMatch(/^HTTP 200\n/);
    house.audience.give("released");
    const ended = await house.audience.hears({ about: "slow ended" });
    // From outside, word of it is on its way, or finds no way without a session.
    if (at === "server") expect(ended).toMatchObject({ aborted: true });
    expect(await wire.say(ask("token", {}, {}, "after"))).toContain('"code":-31005');
  }

  test.skipIf(at === "proxy")("without a role a client's token is taken off all the same", () =>
    behind({ handsTokens: true }, async (wire) => {
      expect(await wire.say(forged())).toContain("token undefined, in a header undefined");
    }),
  );
});
