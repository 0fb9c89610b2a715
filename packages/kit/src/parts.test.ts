import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AuditRecord } from "@mcp-ops/formats";
import { metrics } from "@mcp-ops/metrics";
import { Client as ClientV2 } from "@modelcontextprotocol/client";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport as MemoryV1 } from "@modelcontextprotocol/sdk/inMemory.js";
import { McpServer as ServerV1 } from "@modelcontextprotocol/sdk/server/mcp.js";
import { InMemoryTransport as MemoryV2, McpServer as ServerV2 } from "@modelcontextprotocol/server";
import { context } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { afterAll, describe, expect, it } from "vitest";
import {
  auditLog,
  customCheck,
  type Gate,
  guardBudget,
  health,
  journal,
  type Observer,
  PASS,
  requestLog,
  requestLogger,
  thisBoot,
  tracing,
} from "./index.ts";
import { processAudits } from "./parts/process-parts.ts";
import { pipelineFor } from "./pipelines.ts";
import { watch } from "./watch.ts";
import type { WatchOptions } from "./watch-options.ts";

context.setGlobalContextManager(new AsyncLocalStorageContextManager());

const folder = mkdtempSync(join(tmpdir(), "parts-"));
afterAll(async () => {
  // A log that is still open would write its last record at the exit, and make its folder again for it.
  await Promise.all(processAudits().map((log) => log.close()));
  rmSync(folder, { recursive: true });
});

let folders = 0;
const newFolder = () => join(folder, String(++folders));

function recordsIn(path: string): AuditRecord[] {
  const files = readdirSync(path).filter((name) => name.endsWith(".jsonl"));
  const lines = files.flatMap((name) => readFileSync(join(path, name), "utf8").trim().split("\n"));
  return lines.map((line) => JSON.parse(line) as AuditRecord);
}

interface Asking {
  callTool(): Promise<unknown>;
  readHealth(): Promise<unknown>;
  resources(): Promise<readonly string[]>;
  close(): Promise<void>;
}

const CLIENT = { name: "test", version: "1.0.0" };
const hello = () => ({ content: [{ type: "text" as const, text: "hello" }] });
const HEALTH = { uri: "health://status" };

async function v1(name: string, options: WatchOptions, tool: () => void = () => {}): Promise<Asking> {
  const server = new ServerV1({ name, version: "1.0.0" });
  server.registerTool("echo", {}, () => {
    tool();
    return hello();
  });
  const [here, there] = MemoryV1.createLinkedPair();
  const client = new ClientV1(CLIENT);
  await Promise.all([watch(server, options).connect(here), client.connect(there)]);
  return {
    callTool: () => client.callTool({ name: "echo" }),
    readHealth: () => client.readResource(HEALTH),
    resources: async () => (await client.listResources()).resources.map(({ uri }) => uri),
    close: () => client.close(),
  };
}

async function v2(name: string, options: WatchOptions, tool: () => void = () => {}): Promise<Asking> {
  const server = new ServerV2({ name, version: "1.0.0" });
  server.registerTool("echo", {}, () => {
    tool();
    return hello();
  });
  const [here, there] = MemoryV2.createLinkedPair();
  const client = new ClientV2(CLIENT);
  await Promise.all([watch(server, options).connect(here), client.connect(there)]);
  return {
    callTool: () => client.callTool({ name: "echo" }),
    readHealth: () => client.readResource(HEALTH),
    resources: async () => (await client.listResources()).resources.map(({ uri }) => uri),
    close: () => client.close(),
  };
}

describe.each([
  ["v1", v1],
  ["v2", v2],
])("with everything on, over SDK %s", (sdk, open) => {
  it("one call is one span, one sample, one audit record of that span, and one bound logger", async () => {
    const exporter = new InMemorySpanExporter();
    const tracerProvider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
    const own = metrics({ processMetrics: false });
    const auditFolder = newFolder();
    await using log = auditLog({ server: sdk, folder: auditFolder });
    const file = join(folder, `${sdk}.log`);
    await using lines = requestLog({ destination: { file } });
    const asking = await open(sdk, { tracing: { tracerProvider }, metrics: own, audit: log, log: lines }, () =>
      requestLogger().info("called"),
    );
    await asking.callTool();
    await asking.close();
    await log.flush();
    lines.flush();

    const spans = exporter.getFinishedSpans().filter(({ name }) => name === "tools/call echo");
    expect(spans).toHaveLength(1);
    const { traceId } = spans[0]!.spanContext();
    expect((await own.scrape()).body).toContain(
      `mcp_requests_total{server="${sdk}",method="tools/call",target="echo",status="success"} 1\n`,
    );
    const records = recordsIn(auditFolder).filter((one) => "operation" in one && one.operation.method === "tools/call");
    expect(records).toMatchObject([{ outcome: "success", trace: { traceId } }]);
    const written = readFileSync(file, "utf8").trim().split("\n");
    expect(written.map((line) => JSON.parse(line))).toMatchObject([
      { msg: "called", trace_id: traceId, target: "echo" },
    ]);
  });

  it("clients find health://status, and its readings are labelled with its URI", async () => {
    const own = metrics({ processMetrics: false });
    const asking = await open(`healthy-${sdk}`, { metrics: own });
    expect(await asking.resources()).toEqual(["health://status"]);
    for (let round = 0; round < 2; round++) {
      expect(await asking.readHealth()).toMatchObject({ contents: [{ text: expect.stringContaining('"healthy"') }] });
    }
    await asking.close();
    expect((await own.scrape()).body).toContain(
      'method="resources/read",target="health://status",status="success"} 2\n',
    );
  });

  it.each([[false], [{ statusResource: false }]] as const)("with health: %j they do not", async (option) => {
    const asking = await open(`bare-${sdk}`, { health: option });
    await expect(asking.readHealth()).rejects.toMatchObject({ code: -32601 });
    await asking.close();
  });
});

describe("the parts of a pipeline", () => {
  const mine: Observer = (_, next) => next();
  const myGate: Gate = () => PASS;

  it("stand in their order: tracing, metrics, audit, journal, log and the user's; the audit log's gate last", async () => {
    const parts = {
      tracing: tracing(),
      metrics: metrics({ processMetrics: false }),
      health: health(),
      log: requestLog(),
      budget: guardBudget({ known: () => undefined }),
    };
    await using used = journal({ boot: thisBoot() });
    await using audit = auditLog({ server: "order", folder: newFolder(), durability: "required" });
    const made = pipelineFor({ ...parts, journal: used, audit, observers: [mine], gates: [myGate] });
    const { tracing: traced, metrics: measured, log, budget } = parts;
    expect(made.observers).toEqual([
      traced.observer,
      measured.observer,
      audit.observer,
      used.observer,
      log.observer,
      mine,
    ]);
    expect(made.gates.map(({ name }) => name)).toEqual(["propagation", "health", "cost", "budget", "myGate", "audit"]);
    expect(made.gates).toEqual(
      expect.arrayContaining([traced.propagation, parts.health.gate, budget.gate, myGate, audit.gate]),
    );
    expect(made.connectionObservers).toEqual([
      traced.connectionObserver,
      measured.connectionObserver,
      parts.health.connectionObserver,
    ]);
  });

  it("are tracing, metrics, health and a journal by default, and no files", () => {
    const { observers, gates, connectionObservers, ownResources } = pipelineFor();
    expect(observers.map(({ name }) => name)).toEqual(["tracing", expect.any(String), "journal"]);
    expect(gates.map(({ name }) => name)).toEqual(["propagation", "health", "cost"]);
    expect(connectionObservers).toHaveLength(3);
    expect(ownResources).toEqual(["health://status", "cost://daily-summary", "slo://report", "cost://summary{?days}"]);
  });

  it("can be removed one by one", () => {
    const counts = (options: WatchOptions) => {
      const { observers, gates, connectionObservers } = pipelineFor(options);
      return [observers.length, gates.length, connectionObservers.length];
    };
    expect(counts({})).toEqual([3, 3, 3]);
    expect(counts({ tracing: false })).toEqual([2, 2, 2]);
    expect(counts({ metrics: false })).toEqual([2, 3, 2]);
    expect(counts({ health: false })).toEqual([3, 2, 2]);
    expect(counts({ audit: false })).toEqual([3, 3, 3]);
    expect(counts({ tracing: false, metrics: false, health: false })).toEqual([1, 1, 0]);
    expect(counts({ journal: false })).toEqual([2, 2, 3]);
    expect(counts({ cost: false })).toEqual([3, 2, 3]);
  });
});

describe("called for every request with options written inline", () => {
  it("opens one audit log and one health, whatever functions the options hold", () => {
    const auditFolder = newFolder();
    let runs = 0;
    const inline = () =>
      pipelineFor({
        server: "inline",
        observers: [(_, next) => next()],
        audit: { folder: auditFolder, purpose: () => "support", bodies: { patterns: [/x+/] } },
        health: { checks: [customCheck({ name: "orders", run: () => void runs++ })], details: () => false },
      });
    const [first, second] = [inline(), inline()];
    for (let round = 0; round < 100; round++) inline();
    expect(first).not.toBe(second);
    expect(first.observers.slice(0, 3)).toEqual(second.observers.slice(0, 3));
    expect(first.gates).toEqual(second.gates);
    expect(runs).toBe(1);
  });

  it("keeps apart what was written differently", () => {
    const gateOf = (details: () => boolean) => pipelineFor({ health: { details } }).gates[1];
    expect(gateOf(() => true)).toBe(gateOf(() => true));
    expect(gateOf(() => true)).not.toBe(gateOf(() => false));
  });
});

describe("a server whose audit log is required", () => {
  it("is not ready while the log cannot be written, whoever made the log and the health", async () => {
    const blocked = newFolder();
    writeFileSync(blocked, "a file in the way");
    await using audit = auditLog({ server: "ready", folder: blocked, durability: "required", retryMs: 5 });
    await using made = health();
    made.start();
    pipelineFor({ audit, health: made });
    const unready = { ok: false, status: "unhealthy", waitingFor: ["audit"] };
    await expect.poll(() => made.ready()).toEqual(unready);
    rmSync(blocked);
    await expect.poll(() => made.ready().ok).toBe(true);
  });

  it("keeps an author's own check of that name", async () => {
    await using audit = auditLog({ server: "own", folder: newFolder(), durability: "required" });
    await using made = health({ checks: [customCheck({ name: "audit", run: () => true })] });
    pipelineFor({ audit, health: made });
    expect(made.document().dependencies).toHaveLength(1);
  });
});
