import type { Exchange, Outcome } from "@mcp-ops/exchange";
import { type Pipeline, pipeline, tap } from "@mcp-ops/tap";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import {
  CallToolRequestSchema,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ListToolsRequestSchema,
  ReadResourceRequestSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { expect, test } from "vitest";

/** A low-level server: what it has can only be learned by asking. Tools come in pages of one. */
function lowLevelServer(tools: string[]) {
  const server = new Server({ name: "low", version: "1" }, { capabilities: { tools: {}, resources: {} } });
  const asked: string[] = [];
  server.setRequestHandler(ListToolsRequestSchema, ({ params }) => {
    asked.push("tools/list");
    const page = Number(params?.cursor ?? 0);
    const tool = { name: tools[page] ?? "none", inputSchema: { type: "object" as const } };
    return { tools: [tool], ...(page + 1 < tools.length ? { nextCursor: String(page + 1) } : {}) };
  });
  server.setRequestHandler(CallToolRequestSchema, ({ params }) => {
    if (!tools.includes(params.name)) throw Object.assign(new Error("no such tool"), { code: -32602 });
    return { content: [] };
  });
  server.setRequestHandler(ListResourcesRequestSchema, () => ({ resources: [{ uri: "config://app", name: "app" }] }));
  server.setRequestHandler(ListResourceTemplatesRequestSchema, () => ({
    resourceTemplates: [{ uriTemplate: "users://{id}", name: "user" }],
  }));
  server.setRequestHandler(ReadResourceRequestSchema, ({ params }) => ({ contents: [{ uri: params.uri, text: "" }] }));
  return { server, asked };
}

async function watched(tools: string[], parts: Partial<Pipeline> = {}) {
  const ended: Promise<string>[] = [];
  const seen: Exchange[] = [];
  const observer = (exchange: Exchange, next: () => Promise<Outcome>) => {
    if (exchange.target === undefined) return void next();
    seen.push(exchange);
    ended.push(
      next().then(({ kind }) => `${exchange.target}: ${kind}, ${exchange.targetKnown}, ${exchange.knownTarget}`),
    );
  };
  const { server, asked } = lowLevelServer(tools);
  tap(server, pipeline({ observers: [observer], ...parts }));
  const [near, far] = InMemoryTransport.createLinkedPair();
  await server.connect(far);
  const client = new Client({ name: "client", version: "1" });
  const strays: unknown[] = [];
  client.onerror = (error) => strays.push(error);
  await client.connect(near);
  return { client, asked, strays, story: () => Promise.all(ended) };
}

test("the very first call of a server that cannot be read is labelled right, through all pages of its list", async () => {
  const { client, asked, strays, story } = await watched(["add", "sub", "mul"]);
  await client.callTool({ name: "mul", arguments: {} });
  await client.callTool({ name: "add", arguments: {} });
  expect(await story()).toEqual(["mul: result, true, mul", "add: result, true, add"]);
  expect(asked).toHaveLength(3);
  expect(strays).toEqual([]);
});

test("a name the server does not list is known to be unknown, and asking for more of them asks the server nothing", async () => {
  const { client, asked, story } = await watched(["add"]);
  for (const name of ["x", "y", "z"]) await client.callTool({ name, arguments: {} }).catch(() => {});
  expect(await story()).toEqual(["x", "y", "z"].map((name) => `${name}: error, false, undefined`));
  expect(asked).toHaveLength(1);
});

test("resources are labelled by URI or template", async () => {
  const { client, story } = await watched(["add"]);
  await client.readResource({ uri: "users://42" });
  await client.readResource({ uri: "config://app" });
  expect(await story()).toEqual(["users://42: result, true, users://{id}", "config://app: result, true, config://app"]);
});

test("with learning turned off the server is never asked, and nothing is claimed about a target", async () => {
  const { client, asked, story } = await watched(["add"], { learnTargets: false });
  await client.callTool({ name: "add", arguments: {} });
  expect(await story()).toEqual(["add: result, undefined, undefined"]);
  expect(asked).toEqual([]);
});

test("a list that a client asks for teaches too", async () => {
  const { client, asked, story } = await watched(["add"], { learnTargets: false });
  await client.listTools();
  await client.callTool({ name: "add", arguments: {} });
  expect(await story()).toEqual(["add: result, true, add"]);
  expect(asked).toHaveLength(1);
});
