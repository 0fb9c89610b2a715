import { statSync } from "node:fs";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { describe, expect, it, vi } from "vitest";
import { environment, fixture, PATIENCE, RuntimeFolder, read, WATCHED } from "../test-fixtures/launch.ts";

const hosts = [
  { file: "v1.mjs", server: "fixture-v1-esm", sdk: "v1" },
  { file: "v1.cjs", server: "fixture-v1-cjs", sdk: "v1" },
  { file: "v2.mjs", server: "fixture-v2-esm", sdk: "v2" },
  { file: "v2.cjs", server: "fixture-v2-cjs", sdk: "v2" },
  { file: "fastmcp.mjs", server: "fixture-fastmcp-esm", sdk: "v1" },
  { file: "fastmcp.cjs", server: "fixture-fastmcp-cjs", sdk: "v1" },
  { file: "typescript.ts", server: "fixture-typescript", sdk: "v1" },
];

describe.each(hosts)("a server in $file", ({ file, server, sdk }) => {
  it("is measured without a code change, and its stdout carries nothing but the protocol", async () => {
    using folder = new RuntimeFolder();
    const { client, errors, stderr } = await connect(file, folder);

    await client.callTool({ name: "echo", arguments: { text: "hello" } });
    const [registration] = await folder.registered(1);
    const metrics = await read(folder.socketOf(registration!));
    await client.close();

    expect(registration).toMatchObject({ server, sdk, schema: 1 });
    expect(metrics).toContain(
      `mcp_requests_total{server="${server}",method="tools/call",target="echo",status="success"} 1`,
    );
    expect(errors).toEqual([]);
    expect(await stderr).not.toContain("mcp-ops:");
    await vi.waitFor(() => expect(folder.names()).toEqual([]), PATIENCE);
  });
});

it("keeps the runtime folder, the socket and the registration to its owner", async () => {
  using folder = new RuntimeFolder();
  const { client } = await connect("v2.mjs", folder);
  const [registration] = await folder.registered(1);
  const modes = [folder.path, ...folder.names().map((name) => `${folder.path}/${name}`)].map((path) => modeOf(path));
  await client.close();
  expect(registration?.socket).toBe(`${registration?.pid}-${registration?.bootId}.sock`);
  expect(modes).toEqual(["700", "600", "600"]);
});

it("works with -r too, and when it is loaded twice", async () => {
  using folder = new RuntimeFolder();
  const [, register] = WATCHED;
  const path = new URL(register!).pathname;
  const { client } = await connect("v1.cjs", folder, {}, ["-r", path, ...WATCHED]);
  await client.callTool({ name: "echo", arguments: { text: "hello" } });
  const [registration] = await folder.registered(1);
  const metrics = await read(folder.socketOf(registration!));
  await client.close();
  expect(metrics).toContain('method="tools/call",target="echo",status="success"} 1');
});

it("leaves the word to an author who watches the server in code", async () => {
  using folder = new RuntimeFolder();
  const { client } = await connect("with-kit.mjs", folder);
  await client.callTool({ name: "echo", arguments: { text: "hello" } });
  const [registration] = await folder.registered(1);
  const metrics = await read(folder.socketOf(registration!));
  await client.close();
  const calls = metrics.split("\n").filter((line) => /^mcp_requests_total.*tools\/call/.test(line));
  expect(calls).toEqual([
    'mcp_requests_total{server="named-by-author",method="tools/call",target="echo",status="success"} 1',
  ]);
});

it("takes the server's name from the operator where one is given", async () => {
  using folder = new RuntimeFolder();
  const { client } = await connect("v2.mjs", folder, { MCP_OPS_SERVER: "weather-eu" });
  await client.callTool({ name: "echo", arguments: { text: "hello" } });
  const [registration] = await folder.registered(1);
  const metrics = await read(folder.socketOf(registration!));
  await client.close();
  expect(registration?.server).toBe("weather-eu");
  expect(metrics).toContain('mcp_requests_total{server="weather-eu",method="tools/call"');
});

async function connect(
  file: string,
  folder: RuntimeFolder,
  env: Record<string, string> = {},
  nodeArguments: readonly string[] = WATCHED,
): Promise<{ client: Client; errors: Error[]; stderr: Promise<string> }> {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [...nodeArguments, fixture(file)],
    env: environment(folder, env),
    stderr: "pipe",
  });
  const stderr = text(transport.stderr as Readable);
  const client = new Client({ name: "test", version: "1.0.0" });
  // A line on stdout that is not JSON-RPC arrives here.
  const errors: Error[] = [];
  client.onerror = (error) => errors.push(error);
  await client.connect(transport);
  return { client, errors, stderr };
}

function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}
