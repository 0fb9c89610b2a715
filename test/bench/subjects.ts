import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import {
  Client as ClientV2,
  StreamableHTTPClientTransport as HttpV2,
  InMemoryTransport as MemoryV2,
} from "@modelcontextprotocol/client";
import { toNodeHandler } from "@modelcontextprotocol/node";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as HttpV1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { InMemoryTransport as MemoryV1 } from "@modelcontextprotocol/sdk/inMemory.js";
import { McpServer as McpServerV1 } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { createMcpHandler, McpServer as McpServerV2 } from "@modelcontextprotocol/server";
import { z } from "zod";

/** Puts what is measured around a server, or leaves it bare. */
export type Wrap = <T extends object>(server: T) => T;

/** One client calling one server, ready to be timed. */
export interface Subject {
  call(): Promise<unknown>;
  close(): Promise<void>;
}

export type Open = (wrap: Wrap) => Promise<Subject>;

const CALL = { name: "add", arguments: { a: 1, b: 2 } };
const INFO = { name: "bench", version: "1.0.0" };
const NUMBERS = { a: z.number(), b: z.number() };
const answer = ({ a, b }: { a: number; b: number }) => ({ content: [{ type: "text" as const, text: String(a + b) }] });

function serverV1(): McpServerV1 {
  const server = new McpServerV1(INFO);
  server.registerTool("add", { inputSchema: NUMBERS }, async (numbers) => answer(numbers));
  return server;
}

function serverV2(): McpServerV2 {
  const server = new McpServerV2(INFO);
  server.registerTool("add", { inputSchema: z.object(NUMBERS) }, async (numbers) => answer(numbers));
  return server;
}

interface HttpServer {
  readonly url: URL;
  close(): Promise<void>;
}

/** The servers that are spoken to over HTTP. */
export const HTTP_SERVERS = {
  "v1 http sessions": async (wrap: Wrap): Promise<HttpServer> => {
    const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: () => crypto.randomUUID() });
    await wrap(serverV1()).connect(transport as Parameters<McpServerV1["connect"]>[0]);
    return await listen((request, response) => void transport.handleRequest(request, response));
  },
  "v2 http modern": (wrap: Wrap): Promise<HttpServer> =>
    listen(toNodeHandler(createMcpHandler(wrap(serverV2Factory()))) as RequestListener),
};

export type HttpServerName = keyof typeof HTTP_SERVERS;

/** What is measured, by name: SDK and carrier. */
export const SUBJECTS: Readonly<Record<string, Open>> = {
  "v1 memory": async (wrap) => {
    const [near, far] = MemoryV1.createLinkedPair();
    await wrap(serverV1()).connect(far);
    const client = new ClientV1(INFO);
    await client.connect(near);
    return { call: () => client.callTool(CALL), close: () => client.close() };
  },
  "v2 memory": async (wrap) => {
    const [near, far] = MemoryV2.createLinkedPair();
    await wrap(serverV2()).connect(far);
    const client = new ClientV2(INFO);
    await client.connect(near);
    return { call: () => client.callTool(CALL), close: () => client.close() };
  },
  "v1 http sessions": async (wrap) => {
    const http = await HTTP_SERVERS["v1 http sessions"](wrap);
    const client = new ClientV1(INFO);
    await client.connect(new HttpV1(http.url) as Parameters<ClientV1["connect"]>[0]);
    return { call: () => client.callTool(CALL), close: () => client.close().then(http.close) };
  },
  "v2 http modern": async (wrap) => {
    const http = await HTTP_SERVERS["v2 http modern"](wrap);
    const client = new ClientV2(INFO, { versionNegotiation: { mode: "auto" } });
    await client.connect(new HttpV2(http.url));
    return { call: () => client.callTool(CALL), close: () => client.close().then(http.close) };
  },
};

function serverV2Factory(): () => McpServerV2 {
  return () => serverV2();
}

async function listen(listener: RequestListener): Promise<HttpServer> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: new URL(`http://127.0.0.1:${port}/mcp`), close };
}
