import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Exchange, JsonObject, Outcome } from "@mcp-ops/exchange";
import { JOURNAL_FOLDER, type JournalUse, LISTEN_METHOD } from "@mcp-ops/formats";
import { expect, it, onTestFinished, vi } from "vitest";
import { journal } from "./journal.ts";
import type { JournalOptions } from "./options.ts";
import { Today } from "./today.ts";

const PATIENCE = { timeout: 60_000, interval: 1 };

function open(options: Partial<JournalOptions> = {}) {
  const folder = mkdtempSync(join(tmpdir(), "journal-"));
  mkdirSync(join(folder, JOURNAL_FOLDER), { mode: 0o700 });
  const used = journal({ boot: { pid: process.pid, bootId: "0123456789ab" }, folder, ...options });
  onTestFinished(async () => {
    await used.close();
    rmSync(folder, { recursive: true });
  });
  const text = () => {
    const path = join(folder, JOURNAL_FOLDER);
    return readdirSync(path)
      .map((name) => readFileSync(join(path, name), "utf8"))
      .join("");
  };
  const uses = () => {
    const lines = text().split("\n").filter(Boolean);
    return lines.map((line) => JSON.parse(line) as JournalUse).filter(({ kind }) => kind === "use");
  };
  return { used, text, uses };
}

const ASKED = { direction: "inbound", kind: "request", server: "shop", method: "tools/call", requestBytes: 1 };

function exchange(parts: Partial<Exchange> = {}): Exchange {
  const { method = ASKED.method, target } = parts;
  return { ...ASKED, knownMethod: method, knownTarget: target, ...parts } as Exchange;
}

function outcome(result: JsonObject = {}): Promise<Outcome> {
  return Promise.resolve({ kind: "result", result, durationMs: 1, responseBytes: 2, gate: undefined } as never);
}

it("writes kinds with long names whole, however many there are at once", async () => {
  const { used, uses } = open();
  const target = (index: number) => `${index}${"t".repeat(900)}`;
  for (let index = 0; index < 1500; index++) used.observer(exchange({ target: target(index) }), () => outcome());
  await used.flush();
  await used.flush();
  expect(uses()).toHaveLength(1500);
  expect(used.stats().dropped).toEqual({ queue: 0, file: 0, report: 0 });
});

it("at the last moment writes what a write under way has not come to", async () => {
  const { used, uses } = open();
  const target = (index: number) => `${index}${"t".repeat(900)}`;
  for (let index = 0; index < 1500; index++) used.observer(exchange({ target: target(index) }), () => outcome());
  await new Promise((resolve) => setImmediate(resolve));
  const flushing = used.flush();
  await vi.waitFor(() => expect(uses().length).toBeGreaterThan(0), PATIENCE);
  used.closeNow();
  expect(new Set(uses().map(({ target: name }) => name)).size).toBe(1500);
  await flushing;
  expect(uses()).toHaveLength(1500);
});

it("counts what waits in many short steps, each exchange in the minute in which it ended", async () => {
  let minute = 29_000_000;
  const { used, uses } = open({ now: () => minute * 60_000, limits: { batchMs: 1, sliceMs: 0.001, flushMs: 1 } });
  const call = () => used.observer(exchange({ target: "say" }), () => outcome());
  for (let calls = 0; calls < 100; calls++) call();
  await vi.waitFor(() => expect(used.stats().waiting).toBeGreaterThan(20), PATIENCE);
  minute++;
  const { waiting } = used.stats();
  await vi.waitFor(() => expect(used.stats().waiting).toBeLessThan(waiting), PATIENCE);
  expect(used.stats().waiting).toBeGreaterThan(0);
  call();
  await vi.waitFor(() => expect(uses().reduce((sum, { count }) => sum + count, 0)).toBe(101), PATIENCE);
  expect(uses().filter((use) => use.minute === minute)).toMatchObject([{ count: 1 }]);
});

it("names a session so that nobody can join it who reads the journal", async () => {
  const { used, text, uses } = open();
  const session = "0f8fad5b-d9cb-469f-a165-70867728950e";
  await used.observer(exchange({ target: "say", session }), () => outcome());
  await used.flush();
  expect(uses()[0]?.session).toBe(createHash("sha256").update(session).digest("hex").slice(0, 12));
  expect(text()).not.toContain(session.slice(0, 13));
});

it("counts no questions of the server to its client, and no notifications", async () => {
  const { used, uses } = open();
  await used.observer(exchange({ direction: "outbound", method: "sampling/createMessage" }), () => outcome());
  await used.observer(exchange({ kind: "notification" }), () => outcome());
  await used.flush();
  expect(uses()).toEqual([]);
});

it("measures CPU time while a client listens", async () => {
  const { used, uses } = open();
  used.observer(exchange({ method: LISTEN_METHOD }), () => new Promise(() => {}));
  await used.observer(exchange({ target: "say" }), () => outcome());
  await used.flush();
  expect(uses()[0]?.cpu?.calls).toBe(1);
});

it("takes the tools of a page that are not looked at to be like the others", async () => {
  const { used } = open();
  const listed = async (count: number) => {
    const tools = Array.from({ length: count }, (_, i) => ({
      name: `tool_${i % 10}`,
      inputSchema: { type: "object" },
    }));
    await used.observer(exchange({ method: "tools/list", server: `${count}` }), () => outcome({ tools }));
    await used.flush();
    return used.definitionTokens().get(`${count}`) as number;
  };
  expect((await listed(3000)) / (await listed(1000))).toBeCloseTo(3, 2);
});

it("says since when the CPU time of a new day counts", () => {
  const today = new Today();
  const { cpu } = today.of(1, "shop");
  expect(cpu.us).toBeGreaterThan(20_000);
  expect(Math.abs(cpu.sinceMs - performance.timeOrigin)).toBeLessThan(1);
  const turnedAt = Date.now();
  today.tool(2, "shop", "say");
  const next = today.of(2, "shop").cpu;
  expect(next.us).toBeLessThan(20_000);
  expect(next.sinceMs).toBeGreaterThanOrEqual(turnedAt);
});
