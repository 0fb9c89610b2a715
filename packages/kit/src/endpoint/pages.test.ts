import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { auditLog } from "@mcp-ops/audit";
import { customCheck, type Health, health } from "@mcp-ops/health";
import { metrics } from "@mcp-ops/metrics";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { type OpsEndpoint, type OpsEndpointOptions, opsEndpoint } from "../ops-endpoint.ts";
import { processAudits } from "../parts/process-parts.ts";
import { pipelineFor } from "../pipelines.ts";

const folder = mkdtempSync(join(tmpdir(), "pages-"));
afterAll(async () => {
  // A log that is still open would write its last record at the exit, and make its folder again for it.
  await Promise.all(processAudits().map((log) => log.close()));
  rmSync(folder, { recursive: true });
});

const open: OpsEndpoint[] = [];
afterEach(async () => {
  for (const endpoint of open.splice(0)) await endpoint.close();
});

async function opened(options: OpsEndpointOptions = {}): Promise<OpsEndpoint> {
  const endpoint = await opsEndpoint({ listen: { port: 0 }, ...options });
  open.push(endpoint);
  return endpoint;
}

const read = async ({ url }: OpsEndpoint, path: string, init?: RequestInit) => {
  const response = await fetch(`${url}${path}`, init);
  return { status: response.status, type: response.headers.get("content-type"), body: await response.text() };
};

async function running(run: () => boolean): Promise<Health> {
  const made = health({ checks: [customCheck({ name: "orders", target: "db.internal", run })] });
  made.start();
  await expect.poll(() => made.document().dependencies[0]?.status).not.toBe("starting");
  return made;
}

describe("without anything given", () => {
  it("a process whose event loop turns is live, ready and healthy", async () => {
    const endpoint = await opened();
    for (const path of ["/livez", "/readyz", "/ready", "/health"]) {
      expect(await read(endpoint, path)).toMatchObject({ status: 200, type: "application/json; charset=utf-8" });
      expect(await read(endpoint, path, { method: "HEAD" })).toMatchObject({ status: 200, body: "" });
      expect(await read(endpoint, path, { method: "POST" })).toMatchObject({ status: 405 });
    }
    expect(JSON.parse((await read(endpoint, "/health")).body)).toMatchObject({ status: "healthy", ready: true });
  });

  it("there is no audit log, and its page tells how to have one", async () => {
    const answer = await read(await opened(), "/audit/head");
    expect(answer).toMatchObject({ status: 404, body: expect.stringContaining("Give watch() the option `audit`") });
  });

  it("/ lists every page", async () => {
    const { body } = await read(await opened(), "/");
    const listed = [...body.matchAll(/href="([^"]+)"/g)].map(([, path]) => path);
    expect(listed).toEqual(["/metrics", "/livez", "/readyz", "/ready", "/health", "/audit/head"]);
  });
});

it("only readiness says 503 while something critical is down", async () => {
  await using down = await running(() => false);
  const endpoint = await opened({ health: down });
  const statuses = ["/livez", "/readyz", "/ready", "/health"].map(async (path) => (await read(endpoint, path)).status);
  expect(await Promise.all(statuses)).toEqual([200, 503, 503, 200]);
  expect(await read(endpoint, "/readyz", { method: "HEAD" })).toMatchObject({ status: 503, body: "" });
});

describe("details in /health", () => {
  it("are for nobody on a port, unless the author says for whom", async () => {
    await using up = await running(() => true);
    expect((await read(await opened({ health: up }), "/health")).body).not.toContain("db.internal");
    const authorised: OpsEndpointOptions["authorised"] = ({ headers }) => headers.authorization === "Bearer probe";
    const endpoint = await opened({ health: up, authorised });
    expect((await read(endpoint, "/health")).body).not.toContain("db.internal");
    const asked = await read(endpoint, "/health", { headers: { authorization: "Bearer probe" } });
    expect(asked.body).toContain("db.internal");
  });

  it("are for the owner of the Unix socket", async () => {
    await using up = await running(() => true);
    const socketPath = join(folder, "s");
    await opened({ health: up, listen: { socket: socketPath } });
    const { promise, resolve } = Promise.withResolvers<string>();
    get({ socketPath, path: "/health" }, (response) => resolve(text(response)));
    expect(await promise).toContain("db.internal");
  });

  it("stay hidden when the author's function fails", async () => {
    await using up = await running(() => true);
    const authorised = () => {
      throw new Error("broken");
    };
    expect(await read(await opened({ health: up, authorised }), "/health")).toMatchObject({
      status: 500,
      body: "This page failed.\n",
    });
  });
});

it("/audit/head shows the newest record as soon as one is written", async () => {
  await using log = auditLog({ server: "weather", folder: join(folder, "head") });
  const endpoint = await opened({ audit: log });
  await expect.poll(() => read(endpoint, "/audit/head")).toMatchObject({ status: 200 });
  const { body } = await read(endpoint, "/audit/head");
  expect(JSON.parse(body)).toEqual(log.head());
  expect(JSON.parse(body)).toMatchObject({ chain: "weather.0", hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
});

it("pages can be left out", async () => {
  const endpoint = await opened({ health: false, audit: false });
  for (const path of ["/livez", "/readyz", "/audit/head"]) {
    expect(await read(endpoint, path)).toMatchObject({ status: 404 });
  }
});

describe("what watch() was given after the endpoint was opened", () => {
  it("is what the pages and the metrics show: an audit log that cannot write degrades the server", async () => {
    const own = metrics({ processMetrics: false });
    const endpoint = await opened({ metrics: own });
    writeFileSync(join(folder, "no-folder"), "");
    pipelineFor({ server: "weather", metrics: own, audit: { folder: join(folder, "no-folder", "audit") } });
    await expect.poll(async () => (await own.scrape()).body).toContain('mcp_health_status{check="audit"} 0\n');
    expect((await own.scrape()).body).toContain('mcp_health_status{check="overall"} 0.5\n');
    expect(JSON.parse((await read(endpoint, "/health")).body)).toMatchObject({ status: "degraded" });
    expect(await read(endpoint, "/readyz")).toMatchObject({ status: 200 });
    expect(await read(endpoint, "/audit/head")).toMatchObject({
      status: 404,
      body: "The audit log has no record yet.\n",
    });
  });

  it("adds up the figures of audit logs", async () => {
    const own = metrics({ processMetrics: false });
    await using log = auditLog({ server: "figures", folder: join(folder, "figures") });
    pipelineFor({ metrics: own, audit: log });
    await expect.poll(async () => (await own.scrape()).body).toContain("mcp_audit_head_sequence 1\n");
    const { body } = await own.scrape();
    for (const name of ["records_total", "dropped_total", "pending"]) expect(body).toContain(`mcp_audit_${name} 0\n`);
    expect(body).toMatch(/mcp_audit_faults_total [1-9]/);
  });

  it("is not ready while a required audit log cannot write", async () => {
    const own = metrics({ processMetrics: false });
    const audit = { folder: join(folder, "no-folder", "required"), durability: "required" } as const;
    const endpoint = await opened();
    // Checks of an author say more than our own, so that from now on the pages are about these.
    pipelineFor({
      server: "strict",
      metrics: own,
      audit,
      health: { checks: [customCheck({ name: "orders", run() {} })] },
    });
    await expect.poll(() => read(endpoint, "/readyz")).toMatchObject({ status: 503 });
    expect(JSON.parse((await read(endpoint, "/readyz")).body)).toEqual({ status: "unhealthy", waitingFor: ["audit"] });
  });
});
