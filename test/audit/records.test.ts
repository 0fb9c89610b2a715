import { readFileSync } from "node:fs";
import { join } from "node:path";
import { verifyAudit } from "@mcp-ops/audit";
import { expect, test } from "vitest";
import { exchangesOf, newLog, play, recordsOf, type Sdk } from "./stage.ts";

const sdks: Sdk[] = ["v1", "v2"];

test.each(sdks)("SDK %s: who asked what, how it ended and how long it took stand in one record each", async (sdk) => {
  const { log, folder } = newLog({ component: "shelf-3" });
  const { client } = await play(sdk, log);
  await client.callTool({ name: "ok", arguments: {} });
  await client.callTool({ name: "throws", arguments: {} });
  await client.callTool({ name: "nothing", arguments: {} }).catch(() => {});
  await client.readResource({ uri: "story://page/7" });
  await log.close();
  const told = exchangesOf(folder).map(({ operation, outcome, error }) => [operation.target, outcome, error?.class]);
  expect(told.filter(([target]) => target !== undefined)).toEqual([
    ["ok", "success", undefined],
    ["throws", "failure", "tool_error"],
    ["nothing", "error", "unknown_tool"],
    ["story://page/7", "success", undefined],
  ]);
  const ok = exchangesOf(folder).find(({ operation }) => operation.target === "ok");
  expect(ok).toMatchObject({
    v: 1,
    event: "mcp.request",
    server: "story",
    component: "shelf-3",
    subject: { client: { name: "reader", version: "2" } },
    source: { transport: "memory", direction: "inbound" },
    operation: { method: "tools/call", known: true },
  });
  expect(ok?.id).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
  expect(ok?.requestBytes).toBeGreaterThan(50);
  expect(ok?.durationMs).toBeGreaterThan(0);
  expect(exchangesOf(folder).find(({ operation }) => operation.target === "story://page/7")?.resources).toEqual([
    "story://page/7",
  ]);
  expect(await verifyAudit({ folder, anchor: log.head()! })).toMatchObject({ verdict: "intact", findings: [] });
});

test("what was cancelled, refused or asked by the server has its record too", async () => {
  const { log, folder } = newLog();
  const refuse = function curfew(exchange: { target: string | undefined }) {
    return exchange.target === "is-error"
      ? { answer: { error: { code: -31001, message: "no" } } }
      : ({ pass: true } as const);
  };
  const { client, audience } = await play("v1", log, { gates: [refuse] });
  await client.callTool({ name: "is-error", arguments: {} }).catch(() => {});
  const aborter = new AbortController();
  const slow = client.callTool({ name: "slow", arguments: { until: "never" } }, undefined, { signal: aborter.signal });
  await audience.hears({ about: "slow started" });
  aborter.abort();
  await slow.catch(() => {});
  audience.give("never");
  await audience.hears({ about: "slow ended" });
  await log.close();
  const records = exchangesOf(folder);
  expect(records.find(({ operation }) => operation.target === "is-error")).toMatchObject({
    event: "security.denied",
    outcome: "denied",
    error: { class: "denied", gate: "curfew", code: -31001 },
  });
  expect(records.find(({ operation }) => operation.target === "slow")).toMatchObject({ outcome: "cancelled" });
  expect(records.find(({ event }) => event === "mcp.notification")).toBeDefined();
});

test("resolvers say who, for whom, what for and what was touched; one that fails costs its field only", async () => {
  const { log, folder, faults } = newLog({
    subject: () => ({ principal: "joe", delegation: ["agent-1", "agent-2"] }),
    purpose: ({ target }) => {
      if (target === "throws") throw new Error("no purpose");
      return "support";
    },
    resources: () => ["db://orders/1"],
    include: ({ method }) => method === "tools/call",
  });
  const { client } = await play("v1", log);
  await client.callTool({ name: "ok", arguments: {} });
  await client.callTool({ name: "throws", arguments: {} });
  await log.flush();
  expect(log.stats().excluded).toBeGreaterThan(0);
  const [ok, throws] = exchangesOf(folder);
  expect(ok).toMatchObject({
    subject: { principal: "joe", delegation: ["agent-1", "agent-2"] },
    purpose: "support",
    resources: ["db://orders/1"],
  });
  expect(throws).toMatchObject({ subject: { principal: "joe" }, resources: ["db://orders/1"] });
  expect(throws).not.toHaveProperty("purpose");
  expect(faults).toEqual(["AUDIT_RECORD_FAILED"]);
});

test("with a pseudonym key no person stands in the log, and the same person has the same pseudonym", async () => {
  const pseudonymKeyFile = join(newLog().folder, "persons.key");
  const { log, folder } = newLog({ pseudonymKeyFile, subject: () => ({ principal: "joe", delegation: ["joe"] }) });
  const { client } = await play("v1", log);
  await client.callTool({ name: "ok", arguments: {} });
  await log.close();
  const subject = exchangesOf(folder).at(-1)?.subject;
  expect(subject?.principal).toMatch(/^p:[\w-]{27}$/);
  expect(subject?.delegation).toEqual([subject?.principal]);
  expect(JSON.stringify(recordsOf(folder))).not.toContain("joe");
  expect(readFileSync(pseudonymKeyFile, "utf8")).toMatch(/^[\w+/]{43}=\n$/);
});

test("whatever a client chooses, its part of a record is bounded", async () => {
  const { log, folder } = newLog();
  const { client } = await play("v1", log);
  await client.callTool({ name: "x".repeat(1_000_000), arguments: {} }).catch(() => {});
  await client.readResource({ uri: `story://${"ü".repeat(100_000)}` }).catch(() => {});
  await log.close();
  for (const record of exchangesOf(folder)) expect(JSON.stringify(record).length).toBeLessThan(4000);
});

test("the head is the last record, and a restart of the log goes on from it", async () => {
  const { log, folder } = newLog();
  const { client } = await play("v2", log);
  await client.callTool({ name: "ok", arguments: {} });
  await log.close();
  const last = recordsOf(folder).at(-1);
  expect(log.head()).toMatchObject({ chain: "story.0", sequence: last?.sequence, hash: last?.hash });
  const again = newLog({ folder });
  await again.log.close();
  expect(recordsOf(folder).at(-2)).toMatchObject({
    event: "audit.start",
    prev: last?.hash,
    sequence: Number(last?.sequence) + 1,
    previous: { end: "clean" },
  });
});

test("the last moment of a process can be waited for without the event loop", async () => {
  const { log, folder } = newLog();
  const { client } = await play("v1", log);
  await client.callTool({ name: "ok", arguments: {} });
  await new Promise((resolve) => setImmediate(resolve));
  expect(log.closeNow(10_000)).toBe(true);
  expect(exchangesOf(folder).at(-1)).toMatchObject({ operation: { target: "ok" } });
  expect(recordsOf(folder).at(-1)?.event).toBe("audit.stop");
});
