import type { Gate } from "@mcp-ops/exchange";
import { type Pipeline, pipeline, tap } from "@mcp-ops/tap";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { McpServer as McpServerV1 } from "@modelcontextprotocol/sdk/server/mcp.js";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { FastMCPSession } from "fastmcp";

/** What a server answered, and with which HTTP status where it came by HTTP. */
export interface Heard {
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly result?: any;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
  readonly status?: number | undefined;
}

/** A server, as one who speaks the raw protocol sees it: behind the opening of its era. */
export interface House {
  readonly opening: Heard;
  ask(method: string, params?: object): Promise<Heard>;
}

/** A resource of the server's own. */
export interface Own {
  readonly uri: string;
  readonly text: string;
}

const MODERN = "2026-07-28";
const LEGACY = "2025-11-25";
const IDENTITY = { name: "house", version: "7.7" };

/** How each SDK is given a server with these resources; without any, the server knows nothing of resources. */
export const houses: Readonly<Record<string, (own: readonly Own[], gates: readonly Gate[]) => Promise<House>>> = {
  "v1 McpServer": (own, gates) => inMemory(tapped(v1(own), gates)),
  "v1 low-level": (own, gates) => inMemory(tapped(lowLevel([...own]), gates)),
  "v2 McpServer, legacy": (own, gates) => inMemory(tapped(v2(own), gates)),
  "v2 handler, legacy": (own, gates) =>
    byHttp(
      tapped(() => v2(own), gates),
      LEGACY,
    ),
  "v2 handler, modern": (own, gates) =>
    byHttp(
      tapped(() => v2(own), gates),
      MODERN,
    ),
  FastMCP: (own, gates) => {
    const resources = own.map(({ uri, text }) => ({ uri, name: uri, load: async () => ({ text }) }));
    const session = new FastMCPSession({
      ...IDENTITY,
      logger: { debug() {}, error() {}, info() {}, log() {}, warn() {} },
      ping: { enabled: false },
      roots: { enabled: false },
      tools: [],
      prompts: [],
      resources,
      resourcesTemplates: [],
      transportType: "stdio",
    });
    return inMemory(tapped(session as unknown as Connectable, gates));
  },
};

export const isModern = (house: string): boolean => house.endsWith("modern");

interface Connectable {
  connect(transport: never): Promise<void>;
}

function tapped<T extends object>(subject: T, gates: readonly Gate[], parts: Partial<Pipeline> = {}): T {
  return tap(subject, pipeline({ gates, ...parts }));
}

function v1(own: readonly Own[]): McpServerV1 {
  const server = new McpServerV1(IDENTITY);
  server.registerTool("greet", {}, () => ({ content: [] }));
  for (const { uri, text } of own) server.registerResource(uri, uri, {}, () => ({ contents: [{ uri, text }] }));
  return server;
}

function v2(own: readonly Own[]): McpServer {
  const server = new McpServer(IDENTITY);
  server.registerTool("greet", {}, () => ({ content: [] }));
  for (const { uri, text } of own) server.registerResource(uri, uri, {}, () => ({ contents: [{ uri, text }] }));
  return server;
}

/** Lists its resources one a page. */
export function lowLevel(own: Own[]): Server {
  const server = new Server(IDENTITY, { capabilities: own.length > 0 ? { resources: {} } : {} });
  if (own.length === 0) return server;
  server.fallbackRequestHandler = async ({ method, params }) => {
    const page = Number(params?.cursor ?? 0);
    if (method === "resources/list") {
      const resources = own.slice(page, page + 1).map(({ uri }) => ({ uri, name: uri }));
      return { resources, ...(page + 1 < own.length && { nextCursor: String(page + 1) }) };
    }
    const found = own.find(({ uri }) => uri === params?.uri);
    if (method === "resources/templates/list") return { resourceTemplates: [] };
    if (found === undefined) throw Object.assign(new Error("no such resource"), { code: -32002 });
    return { contents: [found] };
  };
  return server;
}

async function inMemory(server: Connectable): Promise<House> {
  const [near, far] = InMemoryTransport.createLinkedPair();
  const waiting = new Map<unknown, (heard: Heard) => void>();
  near.onmessage = (message) => {
    if ("id" in message && !("method" in message)) waiting.get(message.id)?.(message as Heard);
  };
  await near.start();
  const connected = server.connect(far as never);
  let asked = 0;
  const ask = (method: string, params: object = {}) => {
    const id = ++asked;
    return new Promise<Heard>((resolve) => {
      waiting.set(id, resolve);
      void near.send({ jsonrpc: "2.0", id, method, params } as never);
    });
  };
  const opening = await ask("initialize", openingParams());
  await near.send({ jsonrpc: "2.0", method: "notifications/initialized" });
  await connected;
  return { opening, ask };
}

async function byHttp(factory: () => McpServer, revision: string): Promise<House> {
  const handler = createMcpHandler(factory, { legacy: "stateless" });
  const modern = revision === MODERN;
  let asked = 0;
  const ask = async (method: string, params: object = {}) => {
    const body = { jsonrpc: "2.0", id: ++asked, method, params: modern ? { ...params, _meta: envelope() } : params };
    const { name, uri } = params as { name?: string; uri?: string };
    const response = await handler.fetch(
      new Request("http://localhost/mcp", {
        method: "POST",
        headers: {
          "content-type": "application/json",
          accept: "application/json, text/event-stream",
          ...((modern || method !== "initialize") && { "mcp-protocol-version": revision }),
          ...(modern && { "mcp-method": method, ...((name ?? uri) !== undefined && { "mcp-name": name ?? uri }) }),
        } as Record<string, string>,
        body: JSON.stringify(body),
      }),
    );
    return { ...heardIn(await response.text()), status: response.status };
  };
  return { opening: modern ? await ask("server/discover") : await ask("initialize", openingParams()), ask };
}

function openingParams(): object {
  return { protocolVersion: LEGACY, capabilities: {}, clientInfo: { name: "asker", version: "1" } };
}

function envelope(): object {
  const prefix = "io.modelcontextprotocol/";
  return { [`${prefix}protocolVersion`]: MODERN, [`${prefix}clientCapabilities`]: {} };
}

/** JSON, or one server-sent event with it. */
function heardIn(body: string): Heard {
  return JSON.parse(body.startsWith("{") ? body : (/^data: (\{.*)$/m.exec(body)?.[1] ?? "{}"));
}
