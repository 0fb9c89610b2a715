import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What the SDKs' transports read from a request that a middleware has authenticated. */
export type Authenticated = IncomingMessage & { auth?: AuthInfo };

export interface AuthInfo {
  token: string;
  clientId: string;
  scopes: string[];
}

export type Handler = (request: Authenticated, response: ServerResponse) => unknown;

export interface HttpHouse extends AsyncDisposable {
  readonly url: string;
}

/** Serves the handler on a free port of this machine, behind a middleware that believes every bearer token. */
export async function httpHouse(handler: Handler): Promise<HttpHouse> {
  const listener: RequestListener = (request: Authenticated, response) => {
    authenticate(request);
    void handler(request, response);
  };
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** What the clients of these tests send with every HTTP request. */
export const CLIENT_HEADERS = { authorization: "Bearer reader", "x-story": "once upon a time" } as const;

function authenticate(request: Authenticated): void {
  const auth = authOf(request.headers.authorization);
  if (auth !== undefined) request.auth = auth;
}

/** What a middleware makes of `Bearer reader` or `Bearer reader:password`: the principal is whoever comes before the colon. */
export function authOf(authorization: string | undefined): AuthInfo | undefined {
  const [, token] = authorization?.split(" ") ?? [];
  if (token === undefined) return undefined;
  return { token: `secret of ${token}`, clientId: token.split(":")[0] ?? "", scopes: [] };
}
