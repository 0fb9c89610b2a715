/** Who leads, through the ends and returns of real sidecars. One group lives through all of it. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { lastRecords } from "@mcp-ops/audit";
import { type RoleDocument, roleSeen } from "@mcp-ops/formats";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { httpHouse } from "../carriers/http-house.ts";
import { PATIENCE } from "../sidecar/house.ts";
import { Group, type Member, TTL_MS } from "./group.ts";

let group: Group;
let a: Member;
let b: Member;

beforeAll(async () => {
  [group, a, b] = await Group.led(TTL_MS, "a", "b");
  await b.untilView({ role: "standby", primary: { node: "a", url: "http://a.example/mcp" }, reasons: [] });
});
afterAll(() => group[Symbol.asyncDispose]());

function took(what: string, since: number): void {
  console.log(`${what}: ${Math.round(performance.now() - since)} ms (ttl ${TTL_MS} ms)`);
}

test("who asks for the role and knows it already hears when there is news, and within the time it gave", async () => {
  const ask = async (member: Member, more = {}) => {
    const query = new URLSearchParams({ puller: "reader", wait: "1000", ...more });
    return JSON.parse((await member.page(`/role?${query}`)).body) as RoleDocument;
  };
  const first = await ask(b);
  // A whole second, and nothing has happened.
  const since = performance.now();
  expect(roleSeen(await ask(b, { seen: roleSeen(first) }))).toBe(roleSeen(first));
  expect(performance.now() - since).toBeGreaterThanOrEqual(900);
  // On the one that leads, what was asked a while ago is counted from then.
  const seen = roleSeen(await ask(a));
  await expect.poll(async () => (await ask(a, { seen })).remainingMs).toBeGreaterThan(900);
  const confirmed = await ask(a, { stopped: (await ask(a)).token });
  expect(confirmed.remainingMs).toBe(0);
});

test("a primary that is told to end gives its lease back at once", async () => {
  const before = BigInt(String((await a.view()).token));
  const since = performance.now();
  a.daemon?.child.kill("SIGTERM");
  await b.untilPage("/primary", 200);
  took("told to end, until the other leads", since);
  expect(await a.daemon?.ended).toBe(0);
  expect(BigInt(String((await b.view()).token))).toBeGreaterThan(before);
});

test("H5: the old primary returns as a standby, whatever its environment says", async () => {
  await group.start("a", [], { ROLE: "primary", PRIMARY_HOST: "a" });
  expect((await a.page("/primary")).status).toBe(503);
  await a.untilView({ role: "standby", primary: { node: "b" }, reasons: [] });
  expect(a.daemon?.err.join()).toContain("ROLE is a hint only");
  expect((await b.page("/primary")).status).toBe(200);
});

test("H3: a primary that is killed is followed when its lease ends", async () => {
  const since = performance.now();
  b.daemon?.child.kill("SIGKILL");
  await a.untilPage("/primary", 200);
  took("killed, until the other leads", since);
  await group.start("b", [], { ROLE: "primary" });
  await b.untilView({ role: "standby", primary: { node: "a" }, reasons: [] });
});

test("H6: a primary whose server is ill gives its lease away, and takes part again when the server is well", async () => {
  let isWell = true;
  await using server = await httpHouse((_, response) => void response.writeHead(isWell ? 200 : 500).end());
  await group.change("a", [`server: { http: ["${server.url}"], everyMs: 50, failures: 2, of: 3, passes: 2 }`]);
  // It handed over for its new config, and on a busy machine has the lease again before b has noticed.
  await vi.waitFor(async () => {
    await b.api("/api/v1/failover/switchover", { method: "POST", body: { leader: "b", candidate: "a" } });
    expect(await a.page("/primary")).toMatchObject({ status: 200 });
  }, PATIENCE);
  isWell = false;
  await b.untilPage("/primary", 200);
  await a.untilView({ role: "standby", healthy: false, content: false, trouble: expect.stringContaining("HTTP 500") });
  const tokenBefore = (await b.view()).token;
  for (const candidate of [{ candidate: "a" }, {}]) {
    const order = { method: "POST", body: { leader: "b", ...candidate } } as const;
    const refused = {
      status: 412,
      body: { error: { message: expect.stringContaining("a may not lead now: health") } },
    };
    expect(await b.api("/api/v1/failover/switchover", order)).toMatchObject(refused);
    expect(await b.api("/api/v1/failover/switchover?dryRun=1", order)).toMatchObject(refused);
  }
  expect(await a.api("/promote", { method: "POST", body: { role: "primary" } })).toMatchObject({ status: 409 });
  expect(await b.view()).toMatchObject({ role: "primary", token: tokenBefore });
  expect((await a.page("/readyz")).status).toBe(503);
  expect((await a.page("/standby")).status).toBe(503);
  isWell = true;
  await a.untilPage("/standby", 200);
  await a.untilView({ healthy: true, content: true });
  expect((await b.page("/primary")).status).toBe(200);
});

test("what a node has to remember is on the disk: its highest token, and that it is paused", async () => {
  const { token } = await b.view();
  const pause = { body: { alone: true, by: "test" } };
  expect(await b.api("/api/v1/failover/pause", { method: "POST", ...pause })).toMatchObject({ body: { paused: true } });
  await group.stop("a");
  b.daemon?.child.kill("SIGKILL");
  await b.daemon?.ended;
  await group.start("b");
  await b.untilView({
    paused: true,
    role: "standby",
    token,
    content: false,
    message: expect.stringContaining("paused"),
  });
  // And nobody leads, so that no holder is a better answer.
  expect(await b.api("/promote", { method: "POST", body: { role: "primary" } })).toMatchObject({ status: 423 });
  expect(await b.api("/api/v1/failover/pause", { method: "DELETE", ...pause })).toMatchObject({ status: 200 });
  await b.untilPage("/primary", 200);
});

test("R12: after a kill the chain of transitions is intact but for its end, and has each of them once", async () => {
  const { house } = b;
  const { code, out } = await house.command(["audit", "verify", join(house.folder, "state/mcp-ops/failover-history")]);
  // Of a process that was killed the end of its chain is open; that is no damage.
  expect({ code, out }).toEqual({ code: expect.toBeOneOf([0, 3]), out: expect.not.stringMatching(/tampered|broken/i) });
  const { transitions } = (await b.api("/api/v1/failover/history")).body as { transitions: { at: string }[] };
  const folder = join(house.folder, "state", "mcp-ops", "failover-history");
  const records = (await lastRecords({ folder, server: undefined }, 1_000)).map(({ record }) => record);
  const told = records.filter(({ event }) => event === "failover.transition").map((record) => JSON.stringify(record));
  expect(new Set(told).size).toBe(told.length);
  expect(told.length).toBeGreaterThan(5);
  expect(told.length).toBeLessThanOrEqual(transitions.length);
});

test("a sidecar whose deadline is shorter than an order to hand over may take says so at its start", async () => {
  await group.stop("a");
  group.sections = () => "shutdown: { deadlineMs: 1000 }\n";
  await group.start("a");
  group.sections = () => "";
  expect(a.daemon?.err.join()).toMatch(/The duty failover may need \d{4} ms to end in order/);
});

test("R11: a hook that hangs keeps nobody from leading where it is not required", async () => {
  await a.untilView({ role: "standby", reasons: [] });
  const fence = "fence: { program: /bin/sleep, args: ['60'], timeoutMs: 300, required: false }";
  await group.change("a", [fence]);
  await a.untilView({ role: "standby", reasons: [] });
  const order = { method: "POST", body: { leader: "b", candidate: "a" } } as const;
  expect((await b.api("/api/v1/failover/switchover", order)).status).toBeLessThan(300);
  await a.untilPage("/primary", 200);
  expect(a.daemon?.err.join()).toContain(
    "The fence hook did not end within 300 ms, and was killed. It is not required",
  );
  await b.untilView({ reasons: [] });
  expect(await a.api("/promote", { method: "POST", body: { role: "standby" } })).toMatchObject({ status: 200 });
  await b.untilPage("/primary", 200);
});

test("H6: a switchover is not said to be done while the fence hook of the other runs, nor when that lets nobody lead", async () => {
  const go = join(a.house.folder, "go");
  const hook = `while [ ! -e ${go} ]; do sleep 0.02; done; exit $(cat ${go})`;
  const order = { method: "POST", body: { leader: "b", candidate: "a" } } as const;
  for (const code of [3, 0]) {
    rmSync(go, { force: true });
    await group.change("a", [`fence: { program: /bin/sh, args: [-c, '${hook}'] }`]);
    await a.untilView({ role: "standby", reasons: [] });
    await b.untilView({ role: "primary" });
    const answer = b.api("/api/v1/failover/switchover", order);
    await a.untilView({ phase: "preparing" });
    writeFileSync(go, String(code));
    expect((await answer).status).toBe(code === 0 ? 200 : 503);
  }
  expect((await a.page("/primary")).status).toBe(200);
  await group.stop("a");
  await b.untilPage("/primary", 200);
});

test("a fence hook that fails keeps a node from leading, and one that succeeds is told what it needs", async () => {
  const fence = (script: string) => `fence: { program: /bin/sh, args: [-c, '${script}'], timeoutMs: 5000 }`;
  await group.change("b", [fence("exit 3")]);
  await vi.waitFor(async () => {
    const { transitions } = (await b.api("/api/v1/failover/history")).body as { transitions: object[] };
    const failed = { why: "fence-failed", text: expect.stringContaining("3") };
    expect(transitions).toContainEqual(expect.objectContaining(failed));
  }, PATIENCE);
  expect((await b.page("/primary")).status).toBe(503);
  const [told, go] = [join(b.house.folder, "told"), join(b.house.folder, "go")];
  const words = "$FAILOVER_GROUP $FAILOVER_NODE $FAILOVER_TOKEN";
  await group.change("b", [fence(`echo ${words} > ${told}; while [ ! -e ${go} ]; do sleep 0.02; done`)]);
  const promote = () => b.api("/promote", { method: "POST", body: { role: "primary" } });
  await b.untilView({ phase: "preparing" });
  expect(await promote()).toMatchObject({ status: 202, body: { role: "standby" } });
  expect((await b.page("/primary")).status).toBe(503);
  writeFileSync(go, "");
  await b.untilPage("/primary", 200);
  expect(await promote()).toMatchObject({ status: 200 });
  expect(readFileSync(told, "utf8").trim()).toBe(`weather b ${(await b.view()).token}`);
});
