import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { openServe, type Served, type ServeOptions } from "@mcp-ops/proxy";
import { pipeline } from "@mcp-ops/tap";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as HttpTransportV1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Transport as TransportV1 } from "@modelcontextprotocol/sdk/shared/transport.js";
import { afterEach, describe, expect, it } from "vitest";

const bin = (name: string) => fileURLToPath(new URL(`../node_modules/.bin/${name}`, import.meta.url));
const EVERYTHING = [bin("mcp-server-everything")];
const DUAL_ERA = [process.execPath, fileURLToPath(new URL("fixtures/dual-era.mjs", import.meta.url))];

const toClose: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of toClose.splice(0).reverse()) await close();
});

type Seen = { method: string; target: string | undefined; outcome: string };

/** Serves a real server, and notes what the pipeline saw. */
async function serving(
  command: readonly string[],
  options: Partial<ServeOptions> = {},
): Promise<Served & { seen: Seen[] }> {
  const seen: Seen[] = [];
  const watched = pipeline({
    observers: [
      async ({ method, target }, next) => {
        const { kind } = await next();
        seen.push({ method, target, outcome: kind });
      },
    ],
  });
  const served = await openServe({ command, pipeline: watched, port: 0, onWarning: () => {}, ...options });
  toClose.push(() => served.close());
  return Object.assign(served, { seen });
}

async function clientV1(url: string) {
  const client = new ClientV1(
    { name: "one", version: "1.0.0" },
    { capabilities: { roots: {}, sampling: {}, elicitation: {} } },
  );
  const transport = new HttpTransportV1(new URL(url));
  await client.connect(transport as TransportV1);
  toClose.push(() => client.close());
  return Object.assign(client, { transportOfOne: transport });
}

async function clientV2(url: string, mode: "auto" | "legacy" = "auto") {
  const client = new Client({ name: "two", version: "1.0.0" }, { versionNegotiation: { mode } });
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  toClose.push(() => client.close());
  return client;
}

const textOf = (result: unknown) => (result as { content: { text: string }[] }).content[0]?.text;
const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

const post = (url: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json, text/event-stream", ...headers },
    body: JSON.stringify(body),
  });

const initialize = (id: number | string = 1) => ({
  jsonrpc: "2.0",
  id,
  method: "initialize",
  params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "raw", version: "1" } },
});

const modern = (id: number, method: string, params: object = {}, revision = "2026-07-28") => ({
  jsonrpc: "2.0",
  id,
  method,
  params: {
    ...params,
    _meta: {
      "io.modelcontextprotocol/protocolVersion": revision,
      "io.modelcontextprotocol/clientCapabilities": {},
    },
  },
});

describe("a third-party server", () => {
  it("serves SDK v1 with progress and with questions of its own to the client", async () => {
    const { url, seen } = await serving(EVERYTHING);
    const client = await clientV1(url);
    expect((await client.listTools()).tools.length).toBeGreaterThan(5);
    const progress: number[] = [];
    const params = { name: "trigger-long-running-operation", arguments: { duration: 0.2, steps: 2 } };
    await client.callTool(params, undefined, { onprogress: (step) => progress.push(step.progress) });
    expect(progress).toEqual([1, 2]);
    expect(textOf(await client.callTool({ name: "echo", arguments: { message: "hi" } }))).toBe("Echo: hi");
    await expect.poll(() => seen).toContainEqual({ method: "tools/call", target: "echo", outcome: "result" });
    expect(seen.filter(({ method, target }) => method === "tools/call" && target === "echo")).toHaveLength(1);
  });

  it("serves SDK v2, and keeps what it knows apart by session", async () => {
    const served = await serving([bin("mcp-server-memory")]);
    const { url } = served;
    const [a, b] = [await clientV2(url), await clientV2(url, "legacy")];
    expect((await a.listTools()).tools.map(({ name }) => name)).toContain("read_graph");
    expect((await b.callTool({ name: "read_graph", arguments: {} })).isError).toBeFalsy();
    expect(served.sessions).toBe(2);
  });

  it("serves the Inspector's command line", async () => {
    const { url } = await serving(EVERYTHING);
    const args = ["--cli", url, "--method", "tools/call", "--tool-name", "echo", "--tool-arg", "message=hi"];
    const { stdout } = await promisify(execFile)(bin("mcp-inspector"), args);
    expect(stdout).toContain("Echo: hi");
  });
});
