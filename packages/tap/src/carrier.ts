import type { TransportKind } from "@mcp-ops/exchange";
import type { Extra } from "./extra.ts";
import type { Message } from "./messages.ts";

export type OnMessage = (message: Message, extra?: Extra) => unknown;

/** What the transports of SDK v1 and v2 have in common, structurally: a transport is changed in place, never replaced. */
export interface Carrier {
  start(): Promise<void>;
  send(message: object, options?: object): Promise<void>;
  close(): Promise<void>;
  sessionId?: string | undefined;
  handleRequest?(...args: never[]): unknown;
  handleMessage?(...args: never[]): unknown;
  onmessage?: OnMessage | undefined;
  onclose?: (() => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
}

export function isCarrier(value: object): value is Carrier {
  const { start, send, close } = value as Partial<Carrier>;
  return typeof start === "function" && typeof send === "function" && typeof close === "function";
}

/** Tells what carries the messages from the members each transport class has; names of classes do not survive minifiers. */
export function transportKindOf(carrier: object): TransportKind {
  if ("handlePostMessage" in carrier) return "sse";
  if ("handleRequest" in carrier || ("handleMessage" in carrier && "writeCommentFrame" in carrier)) return "http";
  if ("_stdin" in carrier || ("deliver" in carrier && "_wire" in carrier)) return "stdio";
  if ("_otherTransport" in carrier || "_messageQueue" in carrier) return "memory";
  return "other";
}
