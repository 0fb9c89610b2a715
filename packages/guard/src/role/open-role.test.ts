import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { ROLE_QUERY, ROLE_SCHEMA, type RoleDocument } from "@mcp-ops/formats";
import { expect, onTestFinished, test } from "vitest";
import { GUARD_ERROR } from "../codes.ts";
import { type OpenRoleOptions, openRole } from "./open-role.ts";

const PRIMARY: RoleDocument = {
  schema: ROLE_SCHEMA,
  group: "g",
  node: "a",
  role: "primary",
  token: "7",
  remainingMs: 1_000,
  retryAfterMs: 500,
};

/** An agent that answers as it is told, by a clock of ours, and who asks it. */
async function stage() {
  const clock = { now: 1_000 };
  let reply: (response: ServerResponse) => void = (response) => response.end();
  const asked: URLSearchParams[] = [];
  const server = createServer((request, response) => {
    asked.push(new URL(request.url ?? "", "http://localhost").searchParams);
    reply(response);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const warnings: unknown[] = [];
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    clock,
    asked,
    warnings,
    answers: (given: typeof reply) => {
      reply = given;
    },
    says: (document: object) => {
      reply = (response) => response.end(JSON.stringify(document));
    },
    open(more: Partial<OpenRoleOptions> = {}) {
      const clocks = { monotonic: () => clock.now, wall: () => clock.now };
      const role = openRole({
        url,
        pollMs: 5,
        timeoutMs: 200,
        clocks,
        onWarning: (one) => warnings.push(one),
        ...more,
      });
      onTestFinished(() => role[Symbol.asyncDispose]());
      return role;
    },
    async isAskedAgain() {
      const before = asked.length;
      await expect.poll(() => asked.length, { interval: 5 }).toBeGreaterThan(before + 2);
    },
  };
}

const NONSENSE: readonly (readonly [string, (response: ServerResponse) => void])[] = [
  ["nothing", (response) => response.end()],
  ["what is no JSON", (response) => response.end("<html>")],
  ["null", (response) => response.end("null")],
  ["another schema", (response) => response.end(JSON.stringify({ ...PRIMARY, schema: "mcp-ops.role/2" }))],
  ["a role nobody has heard of", (response) => response.end(JSON.stringify({ ...PRIMARY, role: "leader" }))],
  ["a token that is no decimal", (response) => response.end(JSON.stringify({ ...PRIMARY, token: "0x7" }))],
  ["a number as its token", (response) => response.end(JSON.stringify({ ...PRIMARY, token: 7 }))],
  ["a token that is too large", (response) => response.end(JSON.stringify({ ...PRIMARY, token: String(2n ** 63n) }))],
  ["a time below nothing", (response) => response.end(JSON.stringify({ ...PRIMARY, remainingMs: -1 }))],
  ["a time that is none", (response) => response.end(JSON.stringify(PRIMARY).replace("1000", "1e999"))],
  ["a time in words", (response) => response.end(JSON.stringify({ ...PRIMARY, remainingMs: "1000" }))],
  ["500, though with a role", (response) => response.writeHead(500).end(JSON.stringify(PRIMARY))],
  ["more than anybody would say", (response) => response.end(JSON.stringify({ ...PRIMARY, more: "x".repeat(70_000) }))],
  ["half of it", (response) => void response.write('{"schema":')],
];

test.each(NONSENSE)(
  "an agent that answers %s gives no right to lead, and takes none away that it has given",
  async (_, reply) => {
    const { clock, answers, says, open, warnings, isAskedAgain } = await stage();
    answers(reply);
    const role = open();
    await role.asked;
    expect([role.leadsUntil, role.reign]).toEqual([0, undefined]);
    expect(warnings).toMatchObject([{ code: GUARD_ERROR.roleAnswer }]);
    says(PRIMARY);
    await expect.poll(() => role.leadsUntil).toBe(2_000);
    answers(reply);
    await isAskedAgain();
    const { reign } = role;
    expect(reign?.aborted).toBe(false);
    clock.now = 2_000;
    expect([role.leadsUntil, role.reign]).toEqual([0, undefined]);
    expect(reign?.aborted).toBe(true);
  },
);

test("R1: what an agent grants counts from before it was asked, however long it takes to answer", async () => {
  const { clock, answers, open, isAskedAgain } = await stage();
  let tookMs = 700;
  answers((response) => {
    clock.now += tookMs;
    response.end(JSON.stringify(PRIMARY));
  });
  const role = open();
  await role.asked;
  expect(role.leadsUntil).toBe(2_000);
  expect(clock.now).toBe(1_700);
  tookMs = 1_000;
  await isAskedAgain();
  expect(role.leadsUntil).toBe(0);
});

test("an agent is told that this process has stopped when nobody has a call under way any more, and not before", async () => {
  const { asked, says, open, isAskedAgain } = await stage();
  says(PRIMARY);
  const role = open();
  await role.asked;
  const underWay = { calls: 1 };
  role.countsOpen(() => 0);
  role.countsOpen(() => underWay.calls);
  says({ ...PRIMARY, draining: true });
  await isAskedAgain();
  expect(asked.some((query) => query.has(ROLE_QUERY.stopped))).toBe(false);
  underWay.calls = 0;
  await expect.poll(() => asked.at(-1)?.get(ROLE_QUERY.stopped)).toBe("7");
});

test("a trouble is told once, and another one again", async () => {
  const { says, answers, open, warnings, isAskedAgain } = await stage();
  answers((response) => response.writeHead(503).end());
  const role = open();
  await isAskedAgain();
  expect(warnings).toHaveLength(1);
  says(PRIMARY);
  await expect.poll(() => role.leadsUntil).toBeGreaterThan(0);
  says({ ...PRIMARY, token: "6" });
  await isAskedAgain();
  expect(role.leadsUntil).toBe(0);
  expect(warnings.slice(1)).toMatchObject([{ message: expect.stringMatching(/raise-floor/) }]);
});

test("callbacks that throw change nothing", async () => {
  const { clock, says, open, isAskedAgain } = await stage();
  says({ schema: "another" });
  const broken = (): never => {
    throw new Error("the log is full");
  };
  const role = open({ onWarning: broken });
  role.onChange(broken);
  const told: boolean[] = [];
  role.onChange(() => told.push(role.reign !== undefined));
  await isAskedAgain();
  says(PRIMARY);
  await expect.poll(() => role.leadsUntil).toBe(2_000);
  clock.now = 2_000;
  expect(role.reign).toBeUndefined();
  expect(told).toEqual([true, false]);
});

test("R2: a reign ends by a timer of its own while an agent that has granted it keeps the next answer waiting", async () => {
  const { asked, answers, open } = await stage();
  answers((response) => void (asked.length === 1 && response.end(JSON.stringify({ ...PRIMARY, remainingMs: 300 }))));
  const role = open({ clocks: undefined, timeoutMs: 60_000 });
  await role.asked;
  const { reign } = role;
  if (reign === undefined) throw new Error("it does not lead");
  const ended = new Promise((resolve) => void reign.addEventListener("abort", resolve, { once: true }));
  await expect.poll(() => asked.length).toBe(2);
  await ended;
});
