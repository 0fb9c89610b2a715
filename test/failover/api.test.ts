/** What the agent answers to operators, monitors and load balancers. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { lastRecords, verifyAudit } from "@mcp-ops/audit";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { PATIENCE } from "../sidecar/house.ts";
import { Group, LONG_TTL_MS, type Member, type Question } from "./group.ts";

let group: Group;
let a: Member;
let b: Member;

beforeAll(async () => {
  [group, a, b] = await Group.led(LONG_TTL_MS, "a", "b", "c");
});
afterAll(() => group[Symbol.asyncDispose]());

type Row = readonly [
  who: "a" | "b",
  method: "GET" | "POST" | "DELETE",
  path: string,
  body: object | string | undefined,
  status: number,
  says: string,
];

/** While a leads, b stands by, and nobody has changed anything. A row leaves all as it was. */
const CALM: readonly Row[] = [
  ["a", "GET", "", undefined, 200, '"role":"primary"'],
  ["b", "GET", "", undefined, 200, '"role":"standby"'],
  ["b", "GET", "?members=1", undefined, 200, '"c":{"trouble":"not reached'],
  ["a", "GET", "/history?count=1", undefined, 200, '"to":"leading"'],
  ["a", "GET", "/history?count=all", undefined, 400, "count"],
  ["a", "POST", "/switchover?dryRun=1", { leader: "a", candidate: "b" }, 200, "would"],
  ["a", "POST", "/switchover", undefined, 400, "leader"],
  ["a", "POST", "/switchover", "{", 400, "not JSON"],
  ["a", "POST", "/switchover", { leader: "a", by: "x".repeat(101) }, 400, "by"],
  ["a", "POST", "/switchover", { leader: "a", kandidat: "b" }, 400, "kandidat"],
  ["a", "POST", "/switchover", { leader: "a", at: "tomorrow" }, 400, "at"],
  ["a", "POST", "/switchover", { leader: "a", at: "2020-01-01T00:00:00Z" }, 400, "past"],
  ["a", "POST", "/switchover", { leader: "c" }, 412, '"refusal":"other-leader"'],
  ["a", "POST", "/switchover", { leader: "b" }, 412, '"refusal":"not-leading"'],
  ["b", "POST", "/switchover?dryRun=1", { leader: "a", candidate: "b" }, 200, "would"],
  ["b", "POST", "/switchover", { leader: "b" }, 412, '"refusal":"not-leading"'],
  ["a", "POST", "/switchover", { leader: "a", candidate: "a" }, 412, '"refusal":"candidate-leads"'],
  ["a", "POST", "/switchover", { leader: "a", candidate: "z" }, 412, "z is none of failover.peers (b, c)"],
  ["a", "POST", "/switchover", { leader: "a", candidate: "c" }, 412, "c cannot be asked: not reached (ECONNREFUSED)"],
  ["b", "POST", "/switchover", { leader: "a", candidate: "c" }, 412, '"refusal":"not-eligible"'],
  ["a", "POST", "/switchover?dryRun=1", { leader: "a", candidate: "c" }, 412, "Nothing was done"],
  ["a", "POST", "/switchover", { leader: "a", candidate: "z", at: "2099-01-01T00:00:00Z" }, 412, "none of"],
  ["a", "POST", "/switchover?dryRun=1", { leader: "a" }, 200, "would"],
  ["a", "POST", "/switchover?dryRun=1", { leader: "a", at: "2099-01-01T00:00:00Z" }, 200, "2099"],
  ["a", "DELETE", "/switchover", undefined, 404, "No switchover"],
  ["a", "POST", "/failover", { candidate: "b" }, 412, '"refusal":"leading"'],
  ["a", "POST", "/failover", { candidate: "a" }, 412, '"refusal":"candidate-leads"'],
  ["b", "POST", "/failover?dryRun=1", { candidate: "b" }, 200, "would"],
  ["b", "POST", "/failover", { candidate: "z" }, 412, "z is none of failover.peers (a, c)"],
  ["b", "POST", "/failover", { candidate: "c", force: true }, 503, "c is not reached (ECONNREFUSED)"],
  // Passed on to the candidate, which leads.
  ["b", "POST", "/failover", { candidate: "a" }, 412, '"refusal":"candidate-leads"'],
  ["b", "POST", "/failover", {}, 400, "candidate"],
  ["a", "POST", "/pause?dryRun=1", undefined, 200, '"paused":false'],
  ["a", "DELETE", "/pause?dryRun=1", undefined, 200, '"paused":false'],
  ["a", "POST", "/floor?dryRun=1", undefined, 200, '"above"'],
];

test.each(CALM)("H6: %s answers %s %s %j with %i and %s", async (who, method, path, body, status, says) => {
  const member = who === "a" ? a : b;
  const question: Question = { method, ...(body !== undefined && { body }) };
  const before = await wholeState();
  const reply = await member.api(`/api/v1/failover${path}`, question);
  expect({ status: reply.status, body: JSON.stringify(reply.body) }).toEqual({
    status,
    body: expect.stringContaining(says),
  });
  expect(await wholeState()).toEqual(before);
});

/** Everything of the two that an order could change. */
async function wholeState(): Promise<object> {
  const of = async (member: Member) => {
    const { role, phase, token, paused, reasons, scheduled } = await member.view();
    const { transitions } = (await member.api("/api/v1/failover/history")).body;
    return { role, phase, token, paused, reasons, scheduled, transitions };
  };
  return { a: await of(a), b: await of(b) };
}

describe("H6: POST /promote forces nothing", () => {
  const promote = (member: Member, role: string, token?: string) =>
    member.api("/promote", { method: "POST", body: { role }, ...(token !== undefined && { token }) });

  test("200 where it leads, 409 with the holder where another does, 401 without the token, 400 for another word", async () => {
    expect(await promote(a, "primary")).toMatchObject({ status: 200, body: { role: "primary" } });
    expect(await promote(b, "primary")).toMatchObject({ status: 409, body: { primary: { node: "a" } } });
    expect(await promote(b, "standby")).toMatchObject({ status: 200, body: { role: "standby" } });
    expect(await promote(a, "primary", "")).toMatchObject({ status: 401 });
    expect(await promote(a, "king")).toMatchObject({ status: 400 });
    expect((await b.page("/primary")).status).toBe(503);
  });

  test("a dry run steps nobody down, and what is asked for without a token or with a wrong one neither", async () => {
    const before = await wholeState();
    const down = { method: "POST", body: { role: "standby" } } as const;
    expect(await a.api("/promote?dryRun=1", down)).toMatchObject({ status: 200, body: { primary: { node: "a" } } });
    for (const token of ["", "a-wrong-token-of-nobody"]) {
      expect(await a.api("/promote", { ...down, token })).toMatchObject({ status: 401 });
    }
    expect(await a.api("/promote", { method: "GET" })).toMatchObject({ status: 405 });
    expect(await wholeState()).toEqual(before);
  });
});

describe("H6: a pause", () => {
  test("holds for the group, refuses what would change it with 423, and ends for the group", async () => {
    const paused = await a.api("/api/v1/failover/pause", { method: "POST", body: { by: "somebody" } });
    expect(paused).toMatchObject({
      status: 200,
      body: { paused: true, told: { b: "told", c: expect.stringContaining("not reached") } },
    });
    await b.untilView({ paused: true });
    for (const [member, path, body] of [
      [a, "/switchover", { leader: "a" }],
      [a, "/switchover", { leader: "a", at: "2099-01-01T00:00:00Z" }],
      [b, "/failover", { candidate: "b" }],
    ] as const) {
      expect(await member.api(`/api/v1/failover${path}`, { method: "POST", body })).toMatchObject({ status: 423 });
    }
    expect(await b.api("/promote", { method: "POST", body: { role: "primary" } })).toMatchObject({ status: 409 });
    expect((await a.page("/primary")).status).toBe(200);
    expect(await b.api("/api/v1/failover/pause", { method: "DELETE" })).toMatchObject({
      status: 200,
      body: { told: { a: "told" } },
    });
    await a.untilView({ paused: false });
  });
});

describe("H6: a switchover", () => {
  test("that is planned is shown, is the only one, and can be called off", async () => {
    const plan = (requestId: string) =>
      a.api("/api/v1/failover/switchover", {
        method: "POST",
        body: { leader: "a", at: "2099-01-01T00:00:00Z" },
        requestId,
      });
    expect(await plan("one")).toMatchObject({ status: 202, body: { scheduled: { leader: "a" } } });
    expect(await plan("one")).toMatchObject({ status: 202 });
    expect(await plan("two")).toMatchObject({ status: 409 });
    expect(await a.view()).toMatchObject({ scheduled: { at: "2099-01-01T00:00:00Z" } });
    expect(await a.api("/api/v1/failover/switchover", { method: "DELETE" })).toMatchObject({ status: 200 });
    expect(await a.view()).toMatchObject({ scheduled: null });
  });

  test("at a time happens then", async () => {
    const at = new Date(Date.now() + 500).toISOString();
    expect(
      await a.api("/api/v1/failover/switchover", { method: "POST", body: { leader: "a", candidate: "b", at } }),
    ).toMatchObject({ status: 202 });
    await b.untilPage("/primary", 200);
    await a.untilView({ role: "standby", primary: { node: "b" }, scheduled: null });
  });

  test("gives the lease to its candidate, and the same request again does it once", async () => {
    await a.untilView({ reasons: [] });
    const order = () =>
      b.api("/api/v1/failover/switchover", {
        method: "POST",
        body: { leader: "b", candidate: "a", by: "somebody" },
        requestId: "back",
      });
    expect(await order()).toMatchObject({
      status: 200,
      body: { told: { a: "told" }, primary: { node: "a", url: "http://a.example/mcp" } },
    });
    await a.untilPage("/primary", 200);
    const { token } = await a.view();
    expect(await order()).toMatchObject({ status: 200, body: { primary: { node: "a" } } });
    await b.untilView({ reasons: [] });
    expect(await a.view()).toMatchObject({ role: "primary", token });
  });
});

test("H6: of orders that come at once one is done, and the same order twice is one", async () => {
  await b.untilView({ reasons: [] });
  const { transitions: before } = (await a.api("/api/v1/failover/history")).body as { transitions: object[] };
  const order = (requestId: string) =>
    a.api("/api/v1/failover/switchover", { method: "POST", body: { leader: "a", candidate: "b" }, requestId });
  const [first, again, other] = await Promise.all([order("x1"), order("x1"), order("x2")]);
  expect(first).toEqual({ ...again, headers: expect.anything() });
  const statuses = [first.status, other.status];
  expect(statuses.filter((status) => status < 300)).toHaveLength(1);
  expect(statuses.filter((status) => status === 409 || status === 412)).toHaveLength(1);
  await b.untilPage("/primary", 200);
  const { transitions } = (await a.api("/api/v1/failover/history")).body as { transitions: { why: string }[] };
  expect(transitions.slice(before.length).filter(({ why }) => why === "switchover")).toHaveLength(1);
  await a.untilView({ reasons: [] });
  const back = { method: "POST", body: { role: "standby" } } as const;
  expect(await b.api("/promote", back)).toMatchObject({ status: 200, body: { primary: { node: "a" } } });
  await a.untilPage("/primary", 200);
  await b.untilView({ role: "standby", reasons: [] });
});

describe("the pages", () => {
  test("say by their status who leads, to GET, HEAD and OPTIONS", async () => {
    for (const method of ["GET", "HEAD", "OPTIONS"]) {
      const statuses = await Promise.all(
        [a, b].flatMap((one) =>
          ["/primary", "/standby", "/readyz"].map(async (page) => (await one.page(page, method)).status),
        ),
      );
      expect({ method, statuses }).toEqual({ method, statuses: [200, 503, 200, 503, 200, 200] });
    }
    expect(await a.page("/primary", "POST")).toMatchObject({ status: 405 });
  });

  test("know how old the data may be", async () => {
    expect(await a.page("/readyz?lag=10s")).toMatchObject({ status: 200 });
    expect(await b.page("/readyz?lag=10s")).toMatchObject({
      status: 503,
      body: expect.stringContaining("nobody knows"),
    });
    expect(await b.page("/readyz?lag=soon")).toMatchObject({ status: 400 });
  });

  test("tell the gates of a server for how long it may lead, and who leads", async () => {
    const role = async (member: Member, query = "") =>
      JSON.parse((await member.page(`/role${query}`)).body) as Record<string, unknown>;
    const leading = await role(a, "?puller=gate-1");
    expect(leading).toMatchObject({
      schema: "mcp-ops.role/1",
      group: "weather",
      node: "a",
      role: "primary",
      primary: { node: "a" },
    });
    expect(leading.remainingMs).toBeGreaterThan(0);
    expect(await role(b)).toMatchObject({
      role: "standby",
      remainingMs: 0,
      token: leading.token,
      primary: { node: "a", url: "http://a.example/mcp" },
    });
    // Whoever says that it has stopped is not told that it may lead.
    expect(await role(a, `?puller=gate-1&stopped=${leading.token}`)).toMatchObject({ role: "primary", remainingMs: 0 });
  });

  test("show the figures of the election", async () => {
    const { body } = await a.page("/metrics");
    expect(body).toContain('mcp_ops_failover_is_leader{group="weather",node="a"} 1');
    expect(body).toMatch(/^mcp_ops_failover_transitions_total\{group="weather",node="a",reason="switchover"\} [1-9]/m);
    expect(body).toMatch(/^mcp_ops_failover_lease_remaining_seconds\{group="weather",node="a"\} [0-9.]+$/m);
    expect((await b.page("/metrics")).body).toContain('mcp_ops_failover_is_leader{group="weather",node="b"} 0');
  });
});

test("a lease is not given back before a gate that was told to lead has confirmed that it stopped", async () => {
  const { token } = JSON.parse((await a.page("/role?puller=slow")).body) as { token: string };
  const order = a.api("/api/v1/failover/switchover", { method: "POST", body: { leader: "a", candidate: "b" } });
  await a.untilView({ draining: true });
  expect((await a.page("/primary")).status).toBe(503);
  expect(JSON.parse((await a.page("/role?puller=slow")).body)).toMatchObject({ role: "primary", draining: true });
  expect((await b.page("/primary")).status).toBe(503);
  await a.page(`/role?puller=slow&stopped=${token}`);
  await b.untilPage("/primary", 200);
  expect((await order).status).toBe(200);
  const { transitions } = (await a.api("/api/v1/failover/history")).body as { transitions: { why: string }[] };
  expect(transitions.map(({ why }) => why)).toContain("drained");
});

test("a node that shows another one a wrong token says so, and not that its client's is wrong", async () => {
  const token = "the-token-of-c-and-of-nobody-else";
  const c = await group.start("c", [], { ADMIN_TOKEN: token });
  await vi.waitFor(async () => {
    const { primary } = (await c.api("/api/v1/failover", { token })).body;
    expect(primary).toMatchObject({ node: "b" });
  }, PATIENCE);
  const order = { method: "POST", body: { leader: "b", candidate: "a" }, token } as const;
  expect(await c.api("/api/v1/failover/switchover", order)).toMatchObject({
    status: 503,
    body: { error: { message: expect.stringContaining("failover.peers.b.token") } },
  });
  expect((await b.page("/primary")).status).toBe(200);
});

test("every transition is a record in the sidecar's own audit chain, with who asked for it", async () => {
  const folder = join(a.house.folder, "state", "mcp-ops", "failover-history");
  await vi.waitFor(async () => {
    const records = (await lastRecords({ folder, server: undefined }, 100)).map(({ record }) => record);
    const transitions = records.filter(({ event }) => event === "failover.transition");
    const { transitions: shown } = (await a.api("/api/v1/failover/history")).body as { transitions: unknown[] };
    expect(transitions).toHaveLength(shown.length);
    expect(transitions).toContainEqual(
      expect.objectContaining({ group: "weather", node: "a", to: "leading", why: "promoted" }),
    );
    expect(transitions).toContainEqual(expect.objectContaining({ why: "paused", by: "somebody" }));
  }, PATIENCE);
  expect(readdirSync(folder).length).toBeGreaterThan(0);
  expect(await verifyAudit({ folder })).toMatchObject({ verdict: "intact" });
});
