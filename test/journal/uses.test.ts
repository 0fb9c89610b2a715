/** What a journal says of real servers that real clients used. */
import { chmodSync, readdirSync, renameSync, rmSync, symlinkSync, utimesSync } from "node:fs";
import { join } from "node:path";
import type { Gate } from "@mcp-ops/exchange";
import { COST_FILE, JOURNAL_FOLDER, type JournalDefinitions, latencyBucketUs, USAGE_META_KEY } from "@mcp-ops/formats";
import { DEFAULT_JOURNAL_LIMITS, MAX_WAITING } from "@mcp-ops/journal";
import { describe, expect, test, vi } from "vitest";
import { type Sdk, serve, text } from "./servers.ts";
import {
  countIn,
  leave,
  linesIn,
  makeJournalFolder,
  newJournal,
  runtimeFolder,
  turn,
  usesIn,
  written,
} from "./stage.ts";

const PATIENCE = { timeout: 60_000, interval: 10 };
const QUICK = { ...DEFAULT_JOURNAL_LIMITS, batchMs: 1, flushMs: 5, lookMs: 0 };
const SDKS: readonly Sdk[] = ["v1", "v2"];

const tools = {
  say: () => text("The quick brown fox jumps over the lazy dog."),
  fail: () => ({ ...text("no"), isError: true }),
};

describe.each(SDKS)("a server of SDK %s", (sdk) => {
  test("is in the journal by minute, target and status, with durations, sizes and tokens", async () => {
    const folder = runtimeFolder();
    const used = newJournal(folder, { now: () => Date.UTC(2026, 10, 21, 12, 30, 59) });
    const client = await serve(sdk, tools, { observers: [used.observer] });
    for (let calls = 0; calls < 10; calls++) {
      await client.callTool("say");
      await turn();
    }
    await client.callTool("fail");
    await client.callTool("nobody has it").catch(() => {});
    await written(used);
    const uses = usesIn(folder);
    expect(uses.map(({ target, status, count }) => `${target} ${status} ${count}`).sort()).toEqual([
      "_other unknown_tool 1",
      "fail tool_error 1",
      "say success 10",
    ]);
    const said = uses.find(({ target }) => target === "say");
    expect(said).toMatchObject({
      minute: Date.UTC(2026, 10, 21, 12, 30) / 60_000,
      server: sdk,
      tokens: { estimate: 100 },
    });
    expect(said?.requestBytes).toBeGreaterThan(500);
    expect(said?.responseBytes).toBeGreaterThan(500);
    expect(said?.latencies.reduce((sum, [, count]) => sum + count, 0)).toBe(10);
    for (const [bucket] of said?.latencies ?? []) expect(latencyBucketUs(bucket)).toBe(bucket);
    // The arguments' and results' texts are nowhere.
    expect(JSON.stringify(linesIn(folder))).not.toMatch(/fox|remembered/);
  });

  test("has the CPU time of some calls that were alone there", async () => {
    const folder = runtimeFolder();
    const used = newJournal(folder);
    const client = await serve(sdk, tools, { observers: [used.observer] });
    const measured = async () => {
      await client.callTool("say");
      await written(used);
      return usesIn(folder).find(({ cpu }) => cpu !== undefined);
    };
    const said = await vi.waitUntil(measured, { timeout: 10_000, interval: 1 });
    expect(said.cpu?.calls).toBe(1);
    expect(said.cpu?.us).toBeLessThan(said.durationUs + 1000);
  });

  test("has its definitions there once, however often they are listed, and again when they change", async () => {
    const folder = runtimeFolder();
    const used = newJournal(folder);
    const client = await serve(sdk, tools, { observers: [used.observer] });
    for (let lists = 0; lists < 5; lists++) await client.listTools();
    await written(used);
    const [listing, ...more] = linesIn(folder).filter(({ kind }) => kind === "definitions");
    expect(more).toEqual([]);
    expect(listing).toMatchObject({ server: sdk, method: "estimate" });
    const { tokens, tools: listed } = listing as JournalDefinitions;
    expect(listed.map(([tool]) => tool).sort()).toEqual(["fail", "say"]);
    expect(Math.abs(listed.reduce((sum, [, own]) => sum + own, 0) - tokens)).toBeLessThan(3);
    expect(used.definitionTokens().get(sdk)).toBe(tokens);
    const [sent] = usesIn(folder, "tools/list");
    expect(sent?.tokens).toEqual({ estimate: (sent?.count ?? 0) * tokens });
    const again = await serve(sdk, { ...tools, more: tools.say }, { observers: [used.observer] });
    await again.listTools();
    await written(used);
    expect(linesIn(folder).filter(({ kind }) => kind === "definitions")).toHaveLength(2);
    expect(used.definitionTokens().get(sdk)).toBeGreaterThan(tokens);
  });

  test("what a gate refused counts as denied, and has no tokens", async () => {
    const folder = runtimeFolder();
    const used = newJournal(folder);
    const closed: Gate = ({ method }) =>
      method === "tools/call" ? { answer: { error: { code: -31001, message: "closed" } } } : { pass: true };
    const client = await serve(sdk, tools, { observers: [used.observer], gates: [closed] });
    await client.callTool("say").catch(() => {});
    await written(used);
    expect(usesIn(folder)).toMatchObject([{ status: "denied", count: 1 }]);
    expect(usesIn(folder)[0]).not.toHaveProperty("tokens");
  });

  test("what a gate answered in the server's place is none of its results, and has no tokens either", async () => {
    const folder = runtimeFolder();
    const used = newJournal(folder);
    const ours: Gate = ({ method }) =>
      method === "tools/call" ? { answer: { result: text("from the gate") as never } } : { pass: true };
    const client = await serve(sdk, tools, { observers: [used.observer], gates: [ours] });
    await client.callTool("say");
    await written(used);
    expect(usesIn(folder)).toMatchObject([{ target: "say", count: 1 }]);
    expect(usesIn(folder)[0]).not.toHaveProperty("tokens");
  });

  test("what a client reports is kept beside the estimate, under names that are known, and nonsense is counted", async () => {
    const folder = runtimeFolder();
    const used = newJournal(folder);
    const client = await serve(sdk, tools, { observers: [used.observer] });
    await client.callTool("say");
    await client.callTool("say", { [USAGE_META_KEY]: { say: 11, invented: 5 } });
    await client.callTool("say", { [USAGE_META_KEY]: { say: -1 } });
    await client.callTool("say", { [USAGE_META_KEY]: "much" });
    await client.callTool("say", {
      [USAGE_META_KEY]: Object.fromEntries(Array.from({ length: 21 }, (_, i) => [i, 1])),
    });
    await written(used);
    expect(usesIn(folder)).toMatchObject([
      { target: "say", count: 5, tokens: { estimate: 50, reported: 11 } },
      { target: "_other", count: 0, tokens: { reported: 5 } },
    ]);
    expect(used.stats().dropped).toEqual({ queue: 0, file: 0, report: 3 });
  });
});

test("without a folder nothing is written, and tokens are counted all the same", async () => {
  const folder = runtimeFolder({ isRead: false });
  const used = newJournal(folder, { limits: QUICK });
  const client = await serve("v1", tools, { observers: [used.observer] }, "alone");
  await client.callTool("say");
  await written(used);
  expect(readdirSync(folder)).toEqual([]);
  expect(used.stats().isRead).toBe(false);
  expect(used.tokens()).toEqual([
    { labels: { server: "alone", target: "say", kind: "result", method: "estimate" }, value: 10 },
  ]);
  expect([...used.today("alone").tools]).toEqual([["say", { calls: 1, failed: 0, tokens: { estimate: 10 } }]]);
});

test("a sidecar that comes later finds what is used from then on, and the definitions; one that goes is written to no more", async () => {
  const folder = runtimeFolder({ isRead: false });
  const used = newJournal(folder, { limits: QUICK });
  const client = await serve("v1", tools, { observers: [used.observer] });
  await client.listTools();
  await client.callTool("say");
  await written(used);
  makeJournalFolder(folder);
  await vi.waitFor(async () => {
    await client.callTool("fail");
    expect(usesIn(folder)).not.toEqual([]);
  }, PATIENCE);
  expect(linesIn(folder).map(({ kind }) => kind)).toContain("definitions");
  expect(usesIn(folder).map(({ target }) => target)).not.toContain("say");
  rmSync(join(folder, JOURNAL_FOLDER), { recursive: true });
  await vi.waitFor(async () => {
    await client.callTool("fail");
    expect(used.stats().isRead).toBe(false);
  }, PATIENCE);
});

test("many calls at once are all counted, and CPU time is only taken of those that were alone", async () => {
  const folder = runtimeFolder();
  const used = newJournal(folder);
  const slow = async () => {
    await new Promise((resolve) => setImmediate(resolve));
    return text("slow");
  };
  const client = await serve("v2", { slow }, { observers: [used.observer] });
  for (let round = 0; round < 20; round++) await Promise.all(Array.from({ length: 50 }, () => client.callTool("slow")));
  await written(used);
  const uses = usesIn(folder);
  expect(countIn(uses)).toBe(1000);
  expect(uses.some(({ cpu }) => cpu !== undefined)).toBe(false);
  expect(used.stats()).toMatchObject({ waiting: 0, dropped: { queue: 0, file: 0 } });
});

/** What it gives takes a closer look, and has to wait for it. */
const look = () => ({ content: [{ type: "image", mimeType: "image/png", data: "iVBORw==" }] });

test("what is small and easily read is counted at once, and the rest when there is time", async () => {
  const folder = runtimeFolder();
  const used = newJournal(folder, { limits: { batchMs: 600_000 } });
  const long = () => text("A sentence that is one of many. ".repeat(200));
  const client = await serve("v1", { ...tools, long, look }, { observers: [used.observer] });
  const counted = async (tool: string) => {
    await client.callTool(tool);
    await turn();
    return used.tokens().some(({ labels, value }) => labels.target === tool && value > 0);
  };
  expect([await counted("say"), used.stats().waiting]).toEqual([true, 0]);
  expect([await counted("long"), await counted("look"), used.stats().waiting]).toEqual([false, false, 2]);
  await written(used);
  expect(usesIn(folder).map(({ target, tokens }) => [target, (tokens?.estimate ?? 0) > 0])).toEqual([
    ["say", true],
    ["long", true],
    ["look", true],
  ]);
});

test("more than can wait is counted as lost, and the journal says how many", async () => {
  const folder = runtimeFolder();
  const used = newJournal(folder, { limits: { batchMs: 600_000 } });
  const client = await serve("v1", { look }, { observers: [used.observer] });
  for (let round = 0; round < 12; round++)
    await Promise.all(Array.from({ length: 1000 }, () => client.callTool("look")));
  await written(used);
  const lost = linesIn(folder).filter((line) => line.kind === "lost");
  expect(lost).toMatchObject([{ why: "queue", count: 12_000 - MAX_WAITING }]);
  expect(countIn(usesIn(folder))).toBe(MAX_WAITING);
  expect(used.stats().dropped.queue).toBe(12_000 - MAX_WAITING);
});

test("of large requests no more wait than memory has room for, either", async () => {
  const folder = runtimeFolder();
  const used = newJournal(folder, { limits: { batchMs: 600_000 } });
  const client = await serve("v1", { look }, { observers: [used.observer] });
  const large = "x".repeat(1024 * 1024);
  // 64 would be as many mebibytes, and some hundred bytes.
  for (let calls = 0; calls < 70; calls++) await client.callTool("look", { large });
  await written(used);
  expect(countIn(usesIn(folder))).toBe(63);
  expect(used.stats().dropped.queue).toBe(7);
});

test("a folder that was moved away, made unsafe, or is a link by now is written to no more, and a new one is", async () => {
  const folder = runtimeFolder();
  const warnings: string[] = [];
  const used = newJournal(folder, { limits: QUICK, onWarning: ({ code }) => warnings.push(code) });
  const client = await serve("v1", { say: tools.say }, { observers: [used.observer] });
  const path = join(folder, JOURNAL_FOLDER);
  const until = (isRead: boolean) =>
    vi.waitFor(async () => {
      await client.callTool("say");
      await written(used);
      expect(used.stats().isRead).toBe(isRead);
    }, PATIENCE);
  await until(true);
  renameSync(path, `${path}.old`);
  makeJournalFolder(folder);
  await vi.waitFor(async () => {
    await client.callTool("say");
    await written(used);
    expect(usesIn(folder)).not.toEqual([]);
  }, PATIENCE);
  chmodSync(path, 0o777);
  await until(false);
  chmodSync(path, 0o700);
  await until(true);
  rmSync(path, { recursive: true });
  symlinkSync(`${path}.old`, path);
  await until(false);
  const before = readdirSync(`${path}.old`);
  await client.callTool("say");
  await written(used);
  expect(readdirSync(`${path}.old`)).toEqual(before);
  expect(warnings).toEqual(["JOURNAL_FOLDER_UNSAFE", "JOURNAL_FOLDER_UNSAFE"]);
});

test("a sidecar that has been silent for days is taken for gone: files for nobody do not pile up", async () => {
  const folder = runtimeFolder();
  leave(folder, COST_FILE, "{}");
  const cost = join(folder, JOURNAL_FOLDER, COST_FILE);
  const daysAgo = (days: number) => utimesSync(cost, new Date(), new Date(Date.now() - days * 86_400_000));
  daysAgo(4);
  const used = newJournal(folder, { limits: QUICK });
  const client = await serve("v1", { say: tools.say }, { observers: [used.observer] });
  await client.callTool("say");
  await written(used);
  expect(readdirSync(join(folder, JOURNAL_FOLDER))).toEqual([COST_FILE]);
  const atTheEnd = newJournal(folder);
  atTheEnd.closeNow();
  expect(readdirSync(join(folder, JOURNAL_FOLDER))).toEqual([COST_FILE]);
  daysAgo(2);
  await client.callTool("say");
  await written(used);
  expect(countIn(usesIn(folder))).toBe(1);
});

test("what the tokenizer has not counted at the last moment is estimated", async () => {
  const folder = runtimeFolder();
  const used = newJournal(folder, { tokenizer: true });
  const client = await serve("v1", { say: tools.say }, { observers: [used.observer] });
  await client.callTool("say");
  await turn();
  used.closeNow();
  expect(usesIn(folder).map(({ tokens }) => tokens)).toContainEqual({ estimate: 10 });
});
