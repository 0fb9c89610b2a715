import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import type { AuditRecord } from "@mcp-ops/formats";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { afterAll, describe, expect, it, vi } from "vitest";
import { environment, fixture, PATIENCE, RuntimeFolder, read, WATCHED } from "../test-fixtures/launch.ts";

const logs = mkdtempSync(join(tmpdir(), "ops-audit-"));
afterAll(() => rmSync(logs, { recursive: true }));

async function connect(file: string, folder: RuntimeFolder, env: Record<string, string> = {}) {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [...WATCHED, fixture(file)],
    env: environment(folder, env),
    stderr: "pipe",
  });
  const stderr = text(transport.stderr as Readable);
  const client = new Client({ name: "test", version: "1.0.0" });
  await client.connect(transport);
  return { client, stderr, pid: transport.pid as number };
}

function eventsIn(path: string): readonly string[] {
  const files = readdirSync(path).filter((name) => name.endsWith(".jsonl"));
  const lines = files.flatMap((name) => readFileSync(join(path, name), "utf8").trim().split("\n"));
  return lines.map((line) => JSON.parse(line) as AuditRecord).map(({ event }) => event);
}

describe.each(["v1.mjs", "v2.mjs"])("a server in %s", (file) => {
  it("shows its client nothing new, and its operator how it is", async () => {
    using folder = new RuntimeFolder();
    const { client, stderr } = await connect(file, folder);
    expect(client.getServerCapabilities()?.resources).toBeUndefined();
    const [registration] = await folder.registered(1);
    const socket = folder.socketOf(registration!);
    expect(JSON.parse(await read(socket, "/readyz"))).toEqual({ status: "ready" });
    expect(JSON.parse(await read(socket, "/health"))).toMatchObject({
      status: "healthy",
      uptimeSeconds: expect.any(Number),
    });
    expect(await read(socket, "/audit/head")).toContain("There is no audit log.");
    await client.close();
    expect(await stderr).toBe("");
  });

  it("has the resource health://status where the operator wants it", async () => {
    using folder = new RuntimeFolder();
    const { client } = await connect(file, folder, { MCP_OPS_HEALTH_RESOURCE: "on" });
    expect((await client.listResources()).resources).toMatchObject([{ uri: "health://status" }]);
    await client.close();
  });

  it.each(["its client leaving", "SIGTERM"])("keeps an audit log that ends in order with %s", async (ending) => {
    using folder = new RuntimeFolder();
    const path = join(logs, `${file} ${ending}`);
    const { client, stderr, pid } = await connect(file, folder, { MCP_OPS_AUDIT_FOLDER: path });
    await client.callTool({ name: "echo", arguments: { text: "hello" } });
    const [registration] = await folder.registered(1);
    await vi.waitFor(async () => {
      expect(JSON.parse(await read(folder.socketOf(registration!), "/audit/head"))).toMatchObject({
        server: registration?.server,
        boot: registration?.bootId,
      });
    }, PATIENCE);
    if (ending === "SIGTERM") process.kill(pid, "SIGTERM");
    else await client.close();
    expect(await stderr).toBe("");
    const events = eventsIn(path);
    expect(events.at(0)).toBe("audit.start");
    expect(events.filter((event) => event === "mcp.request")).toHaveLength(2);
    expect(events.at(-1)).toBe("audit.stop");
  });
});

it("a server whose audit log cannot be written runs on, with one warning", async () => {
  using folder = new RuntimeFolder();
  const path = join(logs, "no-folder");
  writeFileSync(path, "");
  const { client, stderr } = await connect("v1.mjs", folder, { MCP_OPS_AUDIT_FOLDER: path });
  for (let round = 0; round < 3; round++) {
    expect(await client.callTool({ name: "echo", arguments: { text: "hello" } })).toMatchObject({ content: [{}] });
  }
  await client.close();
  expect((await stderr).trim().split("\n")).toEqual([expect.stringMatching(/^mcp-ops: .*audit/)]);
});
