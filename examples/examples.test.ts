import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Anchor, verifyAudit } from "@mcp-ops/audit";
import { METRIC, OTHER, parseRegistration } from "@mcp-ops/formats";
import { describe, expect, test, vi } from "vitest";
import { scrapePage } from "./demo/figures/scrape.ts";
import { Child } from "./testing/child.ts";
import { freePort } from "./testing/free-port.ts";
import { expectSamples, OPENMETRICS, type Sample } from "./testing/scraping.ts";
import { overHttpV1, overHttpV2, overStdioV1, overStdioV2, type Visitor } from "./testing/visit.ts";

const SERVER = /^server (\S+)/;
const METRICS = /^metrics (\S+)/;
const FREE = { PORT: "0", OPS_PORT: "0" };

describe("over HTTP", () => {
  test("v1-http.ts counts calls, and a session for each client", async () => {
    await using child = new Child("v1-http.ts", { env: FREE });
    const metrics = await child.says(METRICS);
    const visitor = await overHttpV1(await child.says(SERVER));
    await greet(visitor);
    await expectSamples(metrics, [
      ...greeted("v1-http"),
      { name: METRIC.connections, labels: { server: "v1-http", kind: "session" }, value: 1 },
    ]);
    await expectOpenMetrics(metrics);
    await visitor.close();
  });

  test.each(["auto", "legacy"] as const)("v2-http.ts counts calls of a client in mode %s", async (mode) => {
    await using child = new Child("v2-http.ts", { env: FREE });
    const metrics = await child.says(METRICS);
    const visitor = await overHttpV2(await child.says(SERVER), mode);
    await greet(visitor);
    await expectSamples(metrics, greeted("v2-http"));
    await expectOpenMetrics(metrics);
    await visitor.close();
  });

  test("fastmcp.ts counts calls of every session", async () => {
    await using child = new Child("fastmcp.ts", { env: { ...FREE, PORT: String(await freePort()) } });
    const metrics = await child.says(METRICS);
    const visitor = await overHttpV1(await child.says(SERVER));
    await greet(visitor);
    await expectSamples(metrics, greeted("fastmcp"));
    await expectOpenMetrics(metrics);
    await visitor.close();
  });

  test("all-in-one.ts counts calls, traces and records them, and tells its health", async () => {
    await using folder = await runtimeFolder();
    const env = { ...FREE, AUDIT_FOLDER: folder.path, OTEL_TRACES_EXPORTER: "console" };
    await using child = new Child("all-in-one.ts", { env });
    const metrics = await child.says(METRICS);
    const visitor = await overHttpV2(await child.says(SERVER), "auto");
    await greet(visitor);
    await visitor.close();
    await expectSamples(metrics, [
      ...greeted("all-in-one"),
      { name: METRIC.auditRecords, labels: {}, value: 3 },
      { name: METRIC.healthStatus, labels: { check: "stock" }, value: 1 },
    ]);
    await child.says(/"span":"tools\/call greet"/);
    expect(await pageOf(child, "health")).toMatchObject({
      status: "healthy",
      ready: true,
      dependencies: [{ name: "stock" }, { name: "disk" }, { name: "audit" }],
    });
    const head = await pageOf(child, "audit/head");
    expect(head).toMatchObject({ server: "all-in-one", sequence: expect.any(Number) });
    child.process.kill();
    await child.ended;
    const anchored = await verifyAudit({ folder: folder.path, anchor: head as unknown as Anchor });
    expect(anchored.findings.filter(({ weight }) => weight === "broken")).toEqual([]);
  });

  test("business-metric.ts shows a metric of its own on the same page", async () => {
    await using child = new Child("business-metric.ts", { env: FREE });
    const metrics = await child.says(METRICS);
    const visitor = await overHttpV2(await child.says(SERVER), "auto");
    await visitor.callTool({ name: "order", arguments: { size: "large", pieces: 3 } });
    await expectSamples(metrics, [
      { name: "shop_orders_total", labels: { size: "large" }, value: 3 },
      called("shop", "order", "success"),
    ]);
    await expectOpenMetrics(metrics, "shop_orders_total");
    await visitor.close();
  });
});

describe("over stdio", () => {
  test("v1-stdio.ts counts calls and leaves stdout to the protocol", async () => {
    await using child = new Child("v1-stdio.ts");
    const metrics = await child.says(METRICS);
    const visitor = await overStdioV1(child);
    await greet(visitor);
    await expectSamples(metrics, greeted("v1-stdio"));
    await expectOpenMetrics(metrics);
    expectProtocolOnly(child);
    await expectToEndWithItsClient(child);
  });

  test("v2-stdio.ts offers its metrics on a socket, leaves word of it, and leaves stdout to the protocol", async () => {
    await using folder = await runtimeFolder();
    await using child = new Child("v2-stdio.ts", { env: { MCP_OPS_RUNTIME_DIR: folder.path } });
    const metrics = await child.says(METRICS);
    const visitor = await overStdioV2(child);
    await greet(visitor);
    await expectSamples(metrics, greeted("v2-stdio"));
    await expectOpenMetrics(metrics);
    expect(await registered(folder.path)).toMatchObject({ server: "v2-stdio", pid: child.process.pid });
    expectProtocolOnly(child);
    await expectToEndWithItsClient(child);
    expect(await readdir(folder.path)).toEqual([]);
  });

  test("no-code-change/server.ts knows nothing of mcp-ops, and its calls are counted", async () => {
    await using folder = await runtimeFolder();
    await using child = new Child("no-code-change/server.ts", {
      node: ["--import", "@mcp-ops/register"],
      env: { MCP_OPS_RUNTIME_DIR: folder.path },
    });
    const visitor = await overStdioV1(child);
    await greet(visitor);
    const { socket, ...word } = await vi.waitFor(() => registered(folder.path), { timeout: 60_000, interval: 50 });
    expect(word).toMatchObject({ server: "no-code-change", pid: child.process.pid, sdk: "v1" });
    const metrics = join(folder.path, socket ?? "");
    await expectSamples(metrics, greeted("no-code-change"));
    await expectOpenMetrics(metrics);
    expectProtocolOnly(child);
    await expectToEndWithItsClient(child);
    expect(await readdir(folder.path)).toEqual([]);
  });
});

/** A call that works, and one of a tool that nobody has. What the client hears of the latter differs by SDK. */
async function greet(visitor: Visitor): Promise<void> {
  const answer = await visitor.callTool({ name: "greet", arguments: { name: "Ada" } });
  expect(answer).toMatchObject({ content: [{ text: "Hello Ada" }] });
  await visitor.callTool({ name: "dance", arguments: {} }).catch(() => {});
}

function greeted(server: string): readonly Sample[] {
  return [
    called(server, "greet", "success"),
    called(server, OTHER, "unknown_tool"),
    { name: `${METRIC.requestDuration}_count`, labels: { server, method: "tools/call", target: "greet" }, value: 1 },
    { name: METRIC.inFlight, labels: { server, method: "tools/call" }, value: 0 },
  ];
}

function called(server: string, target: string, status: string): Sample {
  return { name: METRIC.requests, labels: { server, method: "tools/call", target, status }, value: 1 };
}

async function expectOpenMetrics(address: string, name: string = METRIC.requests): Promise<void> {
  const { status, contentType, body } = await scrapePage(address, OPENMETRICS);
  expect({ status, contentType }).toEqual({ status: 200, contentType: expect.stringContaining("openmetrics") });
  expect(body).toContain(`\n${name}{`);
  expect(body).toMatch(/\n# EOF\n$/);
}

async function pageOf(child: Child, page: string): Promise<Record<string, unknown>> {
  const response = await fetch(await child.says(new RegExp(`^${page} (\\S+)`)));
  return (await response.json()) as Record<string, unknown>;
}

function expectProtocolOnly({ stdoutLines }: Child): void {
  expect(stdoutLines).not.toEqual([]);
  for (const line of stdoutLines) expect(JSON.parse(line)).toHaveProperty("jsonrpc", "2.0");
}

/** The ops endpoint must not keep a server alive that its client has left. */
async function expectToEndWithItsClient(child: Child): Promise<void> {
  child.process.stdin.end();
  expect(await child.ended).toBe(0);
}

async function runtimeFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), "mcp-ops-examples-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

async function registered(folder: string) {
  const file = (await readdir(folder)).find((name) => name.endsWith(".json"));
  if (file === undefined) throw new Error("There is no registration file yet");
  return parseRegistration(await readFile(join(folder, file), "utf8"));
}
