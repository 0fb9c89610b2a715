import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { basename } from "node:path";
import { OpsError } from "@mcp-ops/formats";
import { defaultMetrics, fleet } from "@mcp-ops/kit";
import { tap } from "@mcp-ops/tap";
import { hostHeaderValidation, originValidation } from "@modelcontextprotocol/node";
import { openEpochFile } from "../child/epoch-file.ts";
import { PROXY_ERROR } from "../codes.ts";
import { Endpoint } from "./endpoint.ts";
import { DEFAULT_SERVE_PATH, type ServeOptions } from "./options.ts";
import { Starter } from "./starter.ts";

/** A stdio server, offered over Streamable HTTP. */
export interface Served extends AsyncDisposable {
  readonly url: string;
  /** Open sessions. */
  readonly sessions: number;
  /** Ends every session and every server. */
  close(): Promise<void>;
}

const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];

/** Offers a stdio server over HTTP. The first server starts with the first session. @throws OpsError when the port cannot be had. */
export async function openServe(options: ServeOptions): Promise<Served> {
  const { host = "127.0.0.1", port, path = DEFAULT_SERVE_PATH, allowedHosts = [] } = options;
  const { command, pipeline, onWarning, role } = options;
  const epochFile = role && openEpochFile(role, onWarning);
  const starter = new Starter(command, onWarning, epochFile);
  const endpoint = new Endpoint(options, starter);
  const names = [...LOOPBACK, host.includes(":") ? `[${host}]` : host, ...allowedHosts];
  const isAllowed = [hostHeaderValidation(names), originValidation(names)];
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    if (!isAllowed.every((check) => check(request, response))) return;
    endpoint.handle(request, response, path).catch((error) => {
      onWarning(error);
      endpoint.failed(response);
    });
  };
  // So that refusals are seen, too; what a session takes it accounts for itself.
  const server = createServer(tap(handle, pipeline));
  await listening(server, host, port).catch((error: unknown) => {
    epochFile?.[Symbol.dispose]();
    throw error;
  });
  const { port: bound } = server.address() as AddressInfo;
  const hideUp = fleet(defaultMetrics()).showUp(
    () => pipeline.server ?? basename(command[0] ?? ""),
    () => starter.isUp,
  );
  const close = async () => {
    hideUp();
    server.close();
    await endpoint.close();
    server.closeAllConnections();
    epochFile?.[Symbol.dispose]();
  };
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${bound}${path}`,
    get sessions() {
      return endpoint.sessions;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function listening(server: Server, host: string, port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(port, host, resolve);
  try {
    await promise;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new OpsError(
      PROXY_ERROR.listenFailed,
      `Nothing can be served at ${host}:${port} (${code}). Choose another address with --listen; port 0 takes a free one.`,
      { cause },
    );
  }
}
