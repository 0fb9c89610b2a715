import type { Authenticated, Handler } from "./http-house.ts";

interface SessionTransport {
  handleRequest(request: Authenticated, response: Parameters<Handler>[1]): Promise<void>;
}

export interface SessionOptions {
  sessionIdGenerator: () => string;
  onsessioninitialized: (session: string) => void;
}

/** Keeps one transport per session, as every sessionful server does. */
export function sessions<T extends SessionTransport>(
  connected: (options: SessionOptions) => [T, Promise<void>],
): Handler {
  const open = new Map<string, T>();
  return async (request, response) => {
    const known = open.get(String(request.headers["mcp-session-id"]));
    if (known) return known.handleRequest(request, response);
    const [transport, ready] = connected({
      sessionIdGenerator: () => `session-${open.size + 1}`,
      onsessioninitialized: (session) => void open.set(session, transport),
    });
    await ready;
    await transport.handleRequest(request, response);
  };
}
