import { once } from "node:events";
import type { Worker } from "node:worker_threads";
import { type AuditLog, verifyAudit } from "@mcp-ops/audit";
import { expect, onTestFinished, test } from "vitest";
import { exchangesOf, newLog, play, recordsOf, until } from "./stage.ts";

/** The writers' threads that this process has started since, newest last. */
function threads(): Worker[] {
  const started: Worker[] = [];
  const listen = (worker: Worker) => void started.push(worker);
  process.on("worker", listen);
  onTestFinished(() => void process.off("worker", listen));
  return started;
}

const isWell = (log: AuditLog) => log.stats().degraded === undefined && log.stats().pending === 0;

function askedOf(folder: string): string[] {
  return exchangesOf(folder).flatMap(({ operation: { method, requestId } }) =>
    method === "tools/call" ? [String(requestId)] : [],
  );
}

test("a killed writer is replaced while the server works: each call has one record, and the chain says what happened", async () => {
  const started = threads();
  const { log, folder, faults } = newLog({ flushMs: 1, retryMs: 5 });
  const { client } = await play("v1", log);
  await log.flush();
  let calls = 0;
  for (let kills = 1; kills <= 5; kills++) {
    for (let i = 0; i < 10; i++, calls++) await client.callTool({ name: "ok", arguments: {} });
    await started.at(-1)?.terminate();
    await until(() => faults.length === kills);
    expect(log.stats().degraded).toBe("cannot write: writer restarts");
    for (let i = 0; i < 10; i++, calls++) await client.callTool({ name: "ok", arguments: {} });
    await until(() => isWell(log));
  }
  await log.close();
  expect(log.stats().dropped).toBe(0);
  expect(askedOf(folder)).toHaveLength(calls);
  expect(new Set(askedOf(folder)).size).toBe(calls);
  expect(new Set(faults)).toEqual(new Set(["AUDIT_WRITER_RESTARTED"]));
  expect(new Set(recordsOf(folder).map(({ boot }) => boot)).size).toBe(6);
  const { chains, findings } = await verifyAudit({ folder });
  expect(chains).toMatchObject([{ chain: "story.0", end: "clean" }]);
  expect(findings.map(({ kind }) => kind)).toEqual(Array(5).fill("gap"));
});

test("calls that are held by `required` when the writer is killed are answered after the restart, each with its record", async () => {
  const started = threads();
  const { log, folder } = newLog({ durability: "required", retryMs: 5 });
  const { client } = await play("v2", log);
  await log.flush();
  const held = Array.from({ length: 50 }, () => client.callTool({ name: "ok", arguments: {} }));
  await Promise.all([started.at(-1)?.terminate(), ...held]);
  await log.close();
  expect(new Set(askedOf(folder)).size).toBe(50);
  expect(askedOf(folder)).toHaveLength(50);
});

test("closing a log whose writer has just been killed starts another one to write what waits and end the chain", async () => {
  const started = threads();
  const { log, folder } = newLog({ retryMs: 600_000, flushMs: 600_000 });
  const { client } = await play("v1", log);
  await client.callTool({ name: "ok", arguments: {} });
  await log.flush();
  await client.callTool({ name: "ok", arguments: {} });
  const [worker] = started;
  const gone = once(worker as Worker, "exit");
  await worker?.terminate();
  await gone;
  await log.close();
  expect(askedOf(folder)).toHaveLength(2);
  expect(recordsOf(folder).at(-1)?.event).toBe("audit.stop");
});

test("a writer that dies every time is given up in the end; what waits is counted, and the operator told", async () => {
  const kill = (worker: Worker) => void worker.terminate();
  process.on("worker", kill);
  onTestFinished(() => void process.off("worker", kill));
  const { log, faults } = newLog({ retryMs: 0 });
  const { client } = await play("v1", log);
  await client.callTool({ name: "ok", arguments: {} });
  await until(() => faults.includes("AUDIT_WRITER_ENDED"));
  expect(faults.slice(0, -1)).toEqual(Array(10).fill("AUDIT_WRITER_RESTARTED"));
  expect(log.stats()).toMatchObject({ records: 0, dropped: 3, pending: 0, degraded: "cannot write: writer ended" });
});
