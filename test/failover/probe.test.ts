/** What a node finds out about the server beside it: real servers of both SDKs, asked as their clients ask. */

import { watch } from "@mcp-ops/kit";
import { toNodeHandler } from "@modelcontextprotocol/node";
import { McpServer as McpServerV1 } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Handler, type HttpHouse, httpHouse } from "../carriers/http-house.ts";
import { sessions } from "../carriers/http-sessions.ts";
import { freePort } from "../fixtures/free-port.ts";
import { Group, type Member } from "./group.ts";

const IDENTITY = { name: "weather", version: "1.0.0" };
let isFailing = false;

function modern(): Handler {
  const serve = toNodeHandler(
    createMcpHandler(() => {
      const server = new McpServer(IDENTITY);
      server.registerTool("forecast", {}, () => ({ content: [], isError: isFailing }));
      return server;
    }),
  );
  return serve as Handler;
}

function withSessions() {
  return sessions((options) => {
    const transport = new StreamableHTTPServerTransport(options);
    const server = new McpServerV1(IDENTITY);
    server.registerTool("forecast", {}, () => ({ content: [], isError: isFailing }));
    return [transport, server.connect(transport as Transport)];
  });
}

let group: Group;
let node: Member;

beforeAll(async () => {
  group = await Group.open("a");
  node = await group.start("a");
});
afterAll(() => group[Symbol.asyncDispose]());

/** Has the running sidecar probe this, at the shortest intervals. */
async function probing(server: string, ...more: readonly string[]): Promise<void> {
  await group.change("a", [`server: { ${server}, everyMs: 50, passes: 1, failures: 1, of: 1 }`, ...more]);
}

describe.each([
  ["2026-07-28", modern],
  ["sessions", withSessions],
] as const)("a server that speaks %s", (_, handler) => {
  let house: HttpHouse;

  beforeAll(async () => {
    house = await httpHouse(handler());
  });

  test("is well when it has its tools and the canary lives, and ill when the canary fails, though it answers every request", async () => {
    await probing(`url: "${house.url}", expectedTools: [forecast], canary: { tool: forecast, onStandby: true }`);
    await node.untilPage("/primary", 200);
    expect(await node.view()).toMatchObject({ healthy: true, trouble: "" });
    isFailing = true;
    await node.untilView({ healthy: false, role: "standby", trouble: "the tool forecast failed" });
    isFailing = false;
    await node.untilPage("/primary", 200);
  });

  test("is ill without a tool it must have, and when it is gone", async () => {
    await probing(`url: "${house.url}", expectedTools: [forecast, tides]`);
    await node.untilView({ healthy: false, trouble: "it lacks the tools tides" });
    await house[Symbol.asyncDispose]();
    await node.untilView({ healthy: false, trouble: expect.stringContaining("ECONNREFUSED") });
  });
});

test("behind a role gate, which refuses even lists on a standby, a server is well, and its tools are looked at where it leads", async () => {
  const desk = watch(
    () => {
      const server = new McpServer(IDENTITY);
      server.registerTool("forecast", {}, () => ({ content: [] }));
      return server;
    },
    { role: { url: node.probes, pollMs: 20 } },
  );
  await using house = await httpHouse(toNodeHandler(createMcpHandler(desk)) as Handler);
  await probing(`url: "${house.url}", expectedTools: [forecast]`);
  await node.untilPage("/primary", 200);
  await probing(`url: "${house.url}", expectedTools: [tides]`);
  await node.untilView({ healthy: false, trouble: "it lacks the tools tides" });
});

test("behind a role gate that refuses although its node leads, as one that asks another agent, a server is ill", async () => {
  const role = { url: `http://127.0.0.1:${await freePort()}`, pollMs: 20 };
  const desk = watch(() => new McpServer(IDENTITY, { capabilities: { tools: {} } }), { role });
  await using house = await httpHouse(toNodeHandler(createMcpHandler(desk)) as Handler);
  await probing(`url: "${house.url}", expectedTools: [forecast]`);
  await node.untilView({ healthy: false, trouble: expect.stringMatching(/^tools\/list was refused/) });
});

test("a server that hangs is ill as well", async () => {
  await using house = await httpHouse(() => {});
  await probing(`url: "${house.url}", timeoutMs: 100`);
  await node.untilView({ healthy: false, trouble: "it did not answer within 100 ms" });
  expect((await node.page("/readyz")).status).toBe(503);
  await node.untilView({ phase: "standby", primary: null });
  expect(await node.api("/promote", { method: "POST", body: { role: "primary" } })).toMatchObject({
    status: 503,
    headers: { "retry-after": "1" },
    body: { error: { message: "This node may not lead now: health." }, primary: null },
  });
});

test("a server that has no port is asked by its registration", async () => {
  await probing("registered: weather");
  await node.untilView({ healthy: false, trouble: "no server is registered as weather" });
  await node.house.server("weather");
  await node.untilPage("/primary", 200);
});

test("where all nodes serve, /readyz is what counts, and nobody leads", async () => {
  let isWell = true;
  await using house = await httpHouse((_, response) => void response.writeHead(isWell ? 200 : 503).end());
  await probing(`http: ["${house.url}"]`, "mode: active-active");
  await node.untilPage("/readyz", 200);
  for (const path of ["/primary", "/standby", "/role"]) {
    expect(await node.page(path)).toMatchObject({
      status: 404,
      body: expect.stringContaining("/readyz is what counts"),
    });
  }
  expect(await node.api("/api/v1/failover")).toMatchObject({
    status: 404,
    body: { error: { code: "SIDECAR_FAILOVER_OFF" } },
  });
  isWell = false;
  await node.untilPage("/readyz", 503);
});
