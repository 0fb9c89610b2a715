import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { ROLE_QUERY, ROLE_SCHEMA, type RoleDocument } from "@mcp-ops/formats";

/** Answers `GET /role` as the agent of a node does, by what a test says of its lease. */
export interface Agent extends AsyncDisposable {
  readonly url: string;
  /** The lease lasts so long from now, margin taken off. */
  leads(token: bigint, ms: number, more?: Partial<RoleDocument>): void;
  stands(more?: Partial<RoleDocument>): void;
  /** Leads, and is about to give the lease back. */
  drains(): void;
  /** Whether the lease has run out by this machine's monotonic clock. */
  readonly isOver: boolean;
  /** Does not answer any more, but keeps its connections. */
  silence(): void;
  /** How often it was asked. */
  readonly asked: number;
  /** Tokens of reigns in which an asker said that it has stopped. */
  readonly stopped: readonly string[];
}

export async function openAgent(): Promise<Agent> {
  let said: Partial<RoleDocument> = { role: "standby", token: "0" };
  let until = 0;
  let isSilent = false;
  let asked = 0;
  const stopped: string[] = [];
  const server = createServer((request, response) => {
    asked++;
    const word = new URL(request.url ?? "", "http://localhost").searchParams.get(ROLE_QUERY.stopped);
    if (word !== null) stopped.push(word);
    if (isSilent) return;
    const remainingMs = said.role === "primary" ? Math.max(0, until - performance.now()) : 0;
    const document = { schema: ROLE_SCHEMA, group: "g", node: "a", retryAfterMs: 1500, remainingMs, ...said };
    response.setHeader("content-type", "application/json").end(JSON.stringify(document));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/role`,
    leads(token, ms, more) {
      until = performance.now() + ms;
      said = { role: "primary", token: String(token), primary: { node: "a" }, ...more };
    },
    stands(more) {
      said = {
        role: "standby",
        token: said.token ?? "0",
        primary: { node: "b", url: "http://b.example/mcp" },
        ...more,
      };
    },
    drains() {
      said = { ...said, draining: true };
    },
    get isOver() {
      return performance.now() >= until;
    },
    silence() {
      isSilent = true;
    },
    get asked() {
      return asked;
    },
    stopped,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
