import { randomUUID } from "node:crypto";
import type { Request, RequestHandler } from "express";
import { eventStore } from "./fixture-events.ts";

/** The one method that a session needs of a transport of either SDK. */
interface SessionTransport {
  handleRequest(request: Request, response: Parameters<RequestHandler>[1], body?: unknown): Promise<void>;
}

export interface SessionOptions<Message> {
  sessionIdGenerator: () => string;
  onsessioninitialized: (id: string) => void;
  onsessionclosed: (id: string) => void;
  eventStore: ReturnType<typeof eventStore<Message>>;
  retryInterval: number;
}

/** How long a client whose stream was closed should wait before it comes back. */
const retryMs = 50;

/** Gives every client that initializes a transport of its own, and finds it again by its session id. */
export function sessions<Message>(
  open: (options: SessionOptions<Message>) => Promise<SessionTransport>,
): (...exchange: Parameters<RequestHandler>) => Promise<void> {
  const transports = new Map<string, SessionTransport>();

  async function openSession(): Promise<SessionTransport> {
    const transport = await open({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => void transports.set(id, transport),
      onsessionclosed: (id) => void transports.delete(id),
      eventStore: eventStore<Message>(),
      retryInterval: retryMs,
    });
    return transport;
  }

  return async (request, response) => {
    const id = request.get("mcp-session-id");
    const transport = id === undefined ? await openSession() : transports.get(id);
    if (transport) return transport.handleRequest(request, response, request.body);
    response.status(404).json({ jsonrpc: "2.0", id: null, error: { code: -32001, message: "Session not found" } });
  };
}
