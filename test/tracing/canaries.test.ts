import type { Observer, Outcome } from "@mcp-ops/exchange";
import { pipeline, tap } from "@mcp-ops/tap";
import { startTracing } from "@mcp-ops/telemetry";
import { type TracingOptions, tracing } from "@mcp-ops/tracing";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { CallToolRequestSchema, ReadResourceRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { expect, test } from "vitest";
import { Collector } from "./fixtures/collector.ts";

/** Every secret has this word in it. */
const CANARY = "canary";
const key = (where: string) => `sk-${CANARY}-${where}-0123456789abcdef`;
const jwt = `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIke2NhbmFyeX0ifQ.${CANARY}signature`;
const secrets = { password: `${CANARY}-password`, access_token: jwt, note: `use ${key("note")}`, requestState: CANARY };

function leakyServer(): Server {
  const server = new Server({ name: "leaky", version: "1" }, { capabilities: { tools: {}, resources: {} } });
  server.setRequestHandler(CallToolRequestSchema, ({ params }) => {
    if (params.name === "fails") throw new Error(`upstream said 401 to Bearer ${key("bearer")}`);
    const content = [{ type: "text" as const, text: `Authorization: Bearer ${key("result")}` }];
    return { content, structuredContent: secrets, requestState: CANARY };
  });
  server.setRequestHandler(ReadResourceRequestSchema, ({ params }) => ({
    contents: [{ uri: params.uri, text: CANARY }],
  }));
  return server;
}

/** Does all that a careless client can do; gives every byte the collector got. */
async function bytesAfterCareless(options: TracingOptions): Promise<string> {
  await using collector = new Collector();
  const telemetry = await startTracing({ exporter: { kind: "otlp-http", url: await collector.open() } });
  const ended: Promise<Outcome>[] = [];
  const until: Observer = (_exchange, next) => void ended.push(next());
  const { observer, propagation } = tracing(options);
  const server = tap(leakyServer(), pipeline({ observers: [until, observer], gates: [propagation] }));
  const [near, far] = InMemoryTransport.createLinkedPair();
  const deliver = near.send.bind(near);
  near.send = (message) =>
    deliver(message, {
      authInfo: { token: key("auth"), clientId: "client", scopes: [] },
    });
  await server.connect(far);
  const client = new Client({ name: "client", version: "1" });
  await client.connect(near);
  const _meta = { "com.example/token": key("meta"), baggage: `user=${CANARY}`, traceparent: `00-${CANARY}` };
  await client.callTool({ name: "works", arguments: secrets, _meta });
  await client.callTool({ name: "fails", arguments: secrets, _meta }).catch(() => {});
  await client.callTool({ name: key("name"), arguments: secrets, _meta }).catch(() => {});
  await client.readResource({ uri: `db://me:${CANARY}@host/table?token=${CANARY}#${CANARY}` });
  await Promise.all(ended);
  await client.close();
  expect(await telemetry.shutdown(10_000)).toBe(true);
  expect(collector.arrived.all.length).toBeGreaterThan(4);
  return Buffer.concat(collector.bodies).toString("latin1");
}

test("no secret reaches a collector", async () => {
  expect(await bytesAfterCareless({})).not.toContain(CANARY);
});

test("no secret reaches a collector even when content is captured", async () => {
  const bytes = await bytesAfterCareless({ captureContent: true });
  expect(bytes).toContain("gen_ai.tool.call.arguments");
  expect(bytes).not.toContain(CANARY);
});

test("the command line stays out of the resource", async () => {
  const bytes = await bytesAfterCareless({});
  expect(bytes).toContain("process.pid");
  expect(bytes).not.toContain("process.command");
});
