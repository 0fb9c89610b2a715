/** Real gates that pull from real agents, each in front of a server of its own. */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FENCING_HEADER } from "@mcp-ops/formats";
import { guardRole, openRole } from "@mcp-ops/guard";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { call, front, post } from "../proxy/front.ts";
import { plainUpstream } from "../proxy/plain-upstream.ts";
import { PATIENCE } from "../sidecar/house.ts";
import { Group, type Member, TTL_MS } from "./group.ts";

let group: Group;
let a: Member;
let b: Member;

beforeAll(async () => {
  [group, a, b] = await Group.led(TTL_MS, "a", "b");
});
afterAll(() => group[Symbol.asyncDispose]());

/** A server whose calls wait until they are let go, behind a proxy whose gate asks this node. */
async function gated(member: Member) {
  const rest = new AsyncDisposableStack();
  const letGo = Promise.withResolvers<void>();
  const upstream = rest.use(
    await plainUpstream(async ({ body, response }) => {
      const { id, params } = JSON.parse(body) as { id: number; params: { name: string } };
      if (params.name === "slow") await letGo.promise;
      response.setHeader("content-type", "application/json").end(JSON.stringify({ jsonrpc: "2.0", id, result: {} }));
    }),
  );
  const role = rest.use(openRole({ url: member.probes, pollMs: 20 }));
  const { gate, observer } = guardRole(role);
  const proxy = rest.use(await front([upstream.url], { gates: [gate], observers: [observer] }));
  const ask = (tool = "quick") => post(proxy.url, call(1, tool));
  const close = () => rest.disposeAsync();
  return { upstream, ask, letGo: letGo.resolve, [Symbol.asyncDispose]: close };
}

test("a switchover lets the call in flight end, refuses new ones, and only then the other node's server takes calls", async () => {
  await using atA = await gated(a);
  await using atB = await gated(b);
  await vi.waitFor(async () => expect((await atA.ask()).status).toBe(200), PATIENCE);
  const { headers } = atA.upstream.received.at(-1)?.request ?? {};
  expect(headers?.[FENCING_HEADER]).toBe((await a.view()).token);
  expect((await atB.ask()).status).toBe(503);
  const slow = atA.ask("slow");
  await vi.waitFor(() => expect(atA.upstream.received.at(-1)?.body).toContain("slow"), PATIENCE);
  const since = performance.now();
  const order = a.api("/api/v1/failover/switchover", { method: "POST", body: { leader: "a", candidate: "b" } });
  await vi.waitFor(async () => expect((await atA.ask()).status).toBe(503), PATIENCE);
  expect((await b.page("/primary")).status).toBe(503);
  atA.letGo();
  expect((await slow).status).toBe(200);
  await vi.waitFor(async () => expect((await atB.ask()).status).toBe(200), PATIENCE);
  console.log(`switched over, with a call in flight: ${Math.round(performance.now() - since)} ms (ttl ${TTL_MS} ms)`);
  expect((await order).status).toBe(200);
  const { transitions } = (await a.api("/api/v1/failover/history")).body as { transitions: { why: string }[] };
  expect(transitions.map(({ why }) => why)).toContain("drained");
  expect((await atA.ask()).status).toBe(503);
});

test("who only looks for the leader is told no time in which it may lead", async () => {
  const leader = (await a.page("/primary")).status === 200 ? a : b;
  const said = JSON.parse((await leader.page("/role?onlooker=yes")).body) as object;
  expect(said).toMatchObject({ role: "primary", node: leader.name, remainingMs: 0 });
});

const FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";

test.skipIf(!existsSync(FAKETIME))(
  "H8: when a sidecar's time of day leaps, calls under way go on, and new ones are taken, as soon as the store has confirmed the lease",
  async () => {
    await using leaping = await Group.open("a");
    const clock = join(leaping.member("a").house.folder, "clock");
    const setClock = (offset: string) => writeFileSync(clock, offset);
    setClock("+0");
    const fake = { FAKETIME_TIMESTAMP_FILE: clock, FAKETIME_NO_CACHE: "1", DONT_FAKE_MONOTONIC: "1" };
    const alone = await leaping.start("a", [], { ...fake, LD_PRELOAD: FAKETIME });
    await alone.untilPage("/primary", 200);
    await using gate = await gated(alone);
    await vi.waitFor(async () => expect((await gate.ask()).status).toBe(200), PATIENCE);
    const slow = gate.ask("slow");
    await vi.waitFor(() => expect(gate.upstream.received.at(-1)?.body).toContain("slow"), PATIENCE);
    for (const offset of ["+3600", "-3600"]) {
      const whys = async () => {
        const { transitions } = (await alone.api("/api/v1/failover/history")).body as {
          transitions: { why: string }[];
        };
        return transitions.map(({ why }) => why);
      };
      const confirmed = async () => (await whys()).filter((why) => why === "confirmed").length;
      // Some more there may be: a process that the machine lets stand still trusts its clocks as little.
      const before = await confirmed();
      setClock(offset);
      await expect.poll(confirmed).toBeGreaterThan(before);
      await vi.waitFor(async () => expect((await gate.ask()).status).toBe(200), PATIENCE);
    }
    gate.letGo();
    expect(await (await slow).text()).toContain('"result"');
  },
);

test("a gate whose sidecar was killed refuses before the other node can lead", async () => {
  await b.untilPage("/primary", 200);
  await using atB = await gated(b);
  await vi.waitFor(async () => expect((await atB.ask()).status).toBe(200), PATIENCE);
  b.daemon?.child.kill("SIGKILL");
  await a.untilPage("/primary", 200);
  expect((await atB.ask()).status).toBe(503);
});
