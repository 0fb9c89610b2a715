import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { metrics } from "@mcp-ops/metrics";
import { pipeline, tap } from "@mcp-ops/tap";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import type { JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js";
import { Registry } from "prom-client";
import { beforeAll, expect, test } from "vitest";

const TOOL_NAMES = 250_000;
const CLIENT_NAMES = 100_000;
const IN_FLIGHT = 100;

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** A raw client: sends what it likes, in bursts, and counts the answers. */
async function hostileClient() {
  const { observer, connectionObserver, scrape } = metrics({ registry: new Registry(), processMetrics: false });
  const server = new McpServer({ name: "victim", version: "1" });
  server.registerTool("real", {}, () => ({ content: [] }));
  tap(server, pipeline({ observers: [observer], connectionObservers: [connectionObserver] }));
  const [near, far] = InMemoryTransport.createLinkedPair();
  await server.connect(far);
  await near.start();
  const flood = (count: number, message: (index: number) => object) =>
    new Promise<void>((resolve) => {
      let sent = 0;
      let answered = 0;
      const send = () => void near.send({ jsonrpc: "2.0", id: ++sent, ...message(sent) } as JSONRPCMessage);
      near.onmessage = () => {
        if (++answered === count) resolve();
        else if (sent < count) send();
      };
      while (sent < Math.min(count, IN_FLIGHT)) send();
    });
  const measure = async () => {
    await new Promise((resolve) => setImmediate(resolve)); // The last answers have arrived, but are not confirmed yet.
    const { body } = await scrape();
    collectGarbage();
    const series = body.split("\n").filter((line) => line !== "" && !line.startsWith("#")).length;
    return { body, series, heapMiB: process.memoryUsage().heapUsed / 1024 / 1024 };
  };
  return { flood, measure };
}

let client: Awaited<ReturnType<typeof hostileClient>>;

beforeAll(async () => {
  client = await hostileClient();
});

const call = (name: string) => ({ method: "tools/call", params: { name, arguments: {} } });
const hello = (name: string) => ({
  method: "initialize",
  params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name, version: "1" } },
});

test("a quarter of a million tool names that do not exist leave series and memory as a thousand of them did", async () => {
  await client.flood(1000, (index) => call(`early-${index}`));
  const before = await client.measure();
  await client.flood(TOOL_NAMES, (index) => call(`tool-${index}`));
  const after = await client.measure();
  expect(after.series).toBe(before.series);
  expect(after.heapMiB - before.heapMiB).toBeLessThan(8);
  expect(after.body).toContain(`target="_other",status="unknown_tool"} ${TOOL_NAMES + 1000}`);
  expect(after.body).not.toContain("tool-1");
});

test("a hundred thousand client names and revisions leave them as a thousand did", async () => {
  await client.flood(1000, (index) => hello(`early-${index}`));
  const before = await client.measure();
  await client.flood(CLIENT_NAMES, (index) => hello(`client-${index}`));
  const after = await client.measure();
  expect(after.series).toBe(before.series);
  expect(after.heapMiB - before.heapMiB).toBeLessThan(8);
  expect(after.body).not.toContain("client-1");
});
