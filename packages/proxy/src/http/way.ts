import type { IncomingMessage } from "node:http";
import type { HttpLine, Message } from "@mcp-ops/tap";
import type { Changes } from "./headers.ts";
import type { Upstream } from "./upstreams.ts";

/** How a request is told apart at the upstream it goes to. */
export type InSession = Pick<Changes, "sessionId" | "dropsLastEventId">;

/** A request that looks for its way. */
export interface Traveller {
  readonly request: IncomingMessage;
  /** What stands in its body, where that is JSON-RPC. */
  readonly json: unknown;
  readonly bodyBytes: number;
  /** The line it travels on, once known. */
  readonly line: HttpLine | undefined;
  /** It lasts as long as somebody listens, and changes nothing wherever it is asked. */
  readonly listens: boolean;
  go(upstream: Upstream): void;
  /** Gives up on the upstream it is at, to go elsewhere. */
  leave(): void;
  /** Ends: an answer of ours, or a broken stream. */
  fail(httpStatus: number, message: string, retryAfterMs?: number): void;
}

/** Finds the upstream of one request, and another one where that may be. */
export interface Way {
  /** Has the request go, now or later. */
  find(): void;
  /** Where messages of our own beside this request go; undefined where that is nowhere now. */
  aside(): Upstream | undefined;
  inSession(): InSession;
  /** The session's id as the client knows it, where the upstream calls it otherwise. */
  clientsSessionId(): string | undefined;
  /** Something of an answer has come. */
  arrived(upstream: Upstream): void;
  /** Nothing of the request has reached the upstream. True when it goes elsewhere. */
  unsent(upstream: Upstream): boolean;
  /** The upstream may have seen the request, and its answer will not come, or not the whole. True when it goes on elsewhere. */
  lost(upstream: Upstream): boolean;
  mayReturn(status: number): boolean;
  returned(status: number, body: Buffer): boolean;
  /** The request is over. */
  over(): void;
}

/** How the requests of one proxy find their ways. */
export type FindWays = (traveller: Traveller) => Way;

export function messagesOf(json: unknown): readonly Partial<Message>[] {
  const all: readonly unknown[] = Array.isArray(json) ? json : [json];
  return all.filter((one) => typeof one === "object" && one !== null);
}
