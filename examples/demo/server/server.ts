import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { type AuditLog, type Health, type Metrics, watch } from "@mcp-ops/kit";
import { toNodeHandler } from "@modelcontextprotocol/node";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { Random } from "../random.ts";
import { deadline, readOnly } from "./gates.ts";
import { addPages, BOARD } from "./pages.ts";
import { addTools } from "./tools.ts";

export const SERVER_NAME = "travel-desk";

const BOARD_CHANGES_EVERY_MS = 400;
const LOOPBACK = "127.0.0.1";

export interface DemoServer extends AsyncDisposable {
  readonly url: string;
}

/** What watches the travel desk. Traces need no part of their own: spans are made wherever an OpenTelemetry SDK runs. */
export interface Parts {
  readonly metrics: Metrics;
  readonly audit: AuditLog;
  readonly health: Health;
}

/** The travel desk: one server of SDK v2 for both protocol eras, over Streamable HTTP on a free port. */
export async function demoServer(seed: number, parts: Parts): Promise<DemoServer> {
  const random = new Random(seed);
  const options = { ...parts, gates: [deadline, readOnly] };
  // The factory's servers show the calls; the handler shows what never reaches one, such as listen streams.
  const factory = watch(() => travelDesk(random), options);
  const handler = watch(createMcpHandler(factory), options);
  // The SDK's handler asks less of a request than Node gives, in types that do not meet.
  const http = createServer(toNodeHandler(handler) as RequestListener);
  http.listen(0, LOOPBACK);
  await once(http, "listening");
  const board = setInterval(() => handler.notify.resourceUpdated(BOARD), BOARD_CHANGES_EVERY_MS);
  return {
    url: `http://${LOOPBACK}:${(http.address() as AddressInfo).port}/mcp`,
    async [Symbol.asyncDispose]() {
      clearInterval(board);
      await handler.close();
      const closed = once(http, "close");
      http.close();
      http.closeAllConnections();
      await closed;
    },
  };
}

export function travelDesk(random: Random): McpServer {
  const info = { name: SERVER_NAME, version: "1.0.0" };
  const server = new McpServer(info, { capabilities: { resources: { subscribe: true } } });
  addTools(server, random);
  addPages(server);
  return server;
}
