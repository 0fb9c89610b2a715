/** The command in front of servers nobody here has written, with clients nobody here has written. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { get, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Client as ClientV2, StreamableHTTPClientTransport as HttpV2 } from "@modelcontextprotocol/client";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { SSEClientTransport } from "@modelcontextprotocol/sdk/client/sse.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { freePort } from "../fixtures/free-port.ts";

const COMMAND = fileURLToPath(new URL("../../packages/cli/bin/mcp-ops.js", import.meta.url));
const EVERYTHING = fileURLToPath(import.meta.resolve("@modelcontextprotocol/server-everything/dist/index.js"));
const INSPECTOR = fileURLToPath(new URL("../node_modules/.bin/mcp-inspector", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "mcp-ops-proxy-"));

const started: ChildProcess[] = [];
afterAll(async () => {
  await Promise.all(started.map(end));
  rmSync(folder, { recursive: true, force: true });
});

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  await exited;
}

async function everything(mode: "streamableHttp" | "sse"): Promise<string> {
  const port = await freePort();
  const child = spawn(process.execPath, [EVERYTHING, mode], {
    env: { ...process.env, PORT: String(port) },
    stdio: "ignore",
  });
  started.push(child);
  const url = `http://127.0.0.1:${port}/${mode === "sse" ? "sse" : "mcp"}`;
  await vi.waitFor(() => fetch(url, { method: "OPTIONS" }), { timeout: 60_000, interval: 50 });
  return url;
}

async function mcpOpsProxy(upstream: string): Promise<{ url: string; ops: string }> {
  const args = [COMMAND, "proxy", "--upstream", upstream, "--listen", "0", "--json", "--name", "everything"];
  const env = { ...process.env, MCP_OPS_RUNTIME_DIR: folder };
  const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "inherit"] });
  started.push(child);
  for await (const line of createInterface({ input: child.stdout })) return JSON.parse(line);
  throw new Error("The command ended before it listened.");
}

async function scraped(socketPath: string): Promise<string> {
  const [response] = (await once(get({ socketPath, path: "/metrics" }), "response")) as [IncomingMessage];
  return text(response);
}

interface Conversation {
  listTools(): Promise<unknown>;
  callTool(call: { name: string; arguments: Record<string, unknown> }): Promise<unknown>;
  listResources(): Promise<unknown>;
  close(): Promise<void>;
}

async function converse(client: Conversation): Promise<unknown> {
  const said = [
    await client.listTools(),
    await client.callTool({ name: "echo", arguments: { message: "é" } }),
    await client.callTool({ name: "get-sum", arguments: { a: 1, b: "two" } }),
    await client.listResources(),
  ];
  await client.close();
  return said;
}

const INFO = { name: "visitor", version: "1.0.0" };

const clients: Record<string, (url: string) => Promise<Conversation>> = {
  "SDK v1": async (url) => {
    const client = new Client(INFO);
    const { pathname } = new URL(url);
    const transport =
      pathname === "/sse" ? new SSEClientTransport(new URL(url)) : new StreamableHTTPClientTransport(new URL(url));
    await client.connect(transport as Transport);
    return client as Conversation;
  },
  "SDK v2": async (url) => {
    const client = new ClientV2(INFO, { versionNegotiation: { mode: "auto" } });
    await client.connect(new HttpV2(new URL(url)));
    return client as Conversation;
  },
};

describe.each([
  ["streamableHttp", ["SDK v1", "SDK v2"]],
  ["sse", ["SDK v1"]],
] as const)("server-everything, %s", (mode, speakers) => {
  let direct: string;
  let proxied: { url: string; ops: string };
  beforeAll(async () => {
    direct = await everything(mode);
    proxied = await mcpOpsProxy(direct);
  });

  test.each(speakers)("%s hears the same from it directly and through the command", async (speaker) => {
    const open = clients[speaker] as (url: string) => Promise<Conversation>;
    expect(await converse(await open(proxied.url))).toEqual(await converse(await open(direct)));
  });

  test("the metrics count each call once", async () => {
    const ended = (target: string, status: string) =>
      `mcp_requests_total{server="everything",method="tools/call",target="${target}",status="${status}"} ${speakers.length}\n`;
    const figures = await scraped(proxied.ops);
    expect(figures).toContain(ended("echo", "success"));
    expect(figures).toContain(ended("get-sum", "tool_error"));
    expect(figures).toContain('mcp_server_up{server="everything"} 1\n');
  });

  test.runIf(mode === "streamableHttp")("the Inspector's command hears the same, too", async () => {
    const inspect = async (url: string) => {
      const args = ["--cli", url, "--method", "tools/call", "--tool-name", "echo", "--tool-arg", "message=hi"];
      return (await promisify(execFile)(INSPECTOR, args, { cwd: folder })).stdout;
    };
    const heard = await inspect(proxied.url);
    expect(heard).toContain("Echo: hi");
    expect(heard).toBe(await inspect(direct));
  });
});
