import { OpsError } from "@mcp-ops/formats";
import { LOOPBACK_HOST } from "@mcp-ops/kit";
import { SIDECAR_ERROR } from "./codes.ts";
import { type ConfigSource, loadConfig } from "./config/load.ts";
import { listenOf } from "./config/sections.ts";
import { credentialsOf } from "./credentials.ts";
import { askHttp } from "./http-question.ts";
import { API } from "./listeners/admin-route.ts";
import { messageOf, Secrets } from "./log.ts";

/** What the admin API answered. */
export interface AdminAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Asks the admin API of the daemon that runs with a config. */
export interface AdminClient {
  /** @param path under `/api/v1` @throws SIDECAR_NOT_REACHED when nobody answers */
  ask(method: "GET" | "POST" | "DELETE", path: string, body?: object): Promise<AdminAnswer>;
}

/** An operation may wait some seconds for what it has begun. */
const PATIENCE_MS = 15_000;

/** Follows the config to the listener, the token and the certificate of its daemon. @throws what `loadConfig()` does */
export function adminClient(source: ConfigSource): AdminClient {
  const loaded = loadConfig(source);
  const { token, tls } = credentialsOf(loaded, source.env, new Secrets());
  const where = listenOf(loaded.config.admin.listen);
  if (where === "off")
    throw new OpsError(SIDECAR_ERROR.notReached, "admin.listen is off in this config. Give it a port or a socket.");
  const place =
    "socket" in where ? `the socket ${where.socket}` : `port ${where.port} of ${where.host ?? LOOPBACK_HOST}`;
  return {
    async ask(method, path, body) {
      const to =
        "socket" in where ? { socket: where.socket, path: API + path } : urlOf(where, tls !== undefined, API + path);
      const headers = {
        "content-type": "application/json",
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      };
      const question = { method, headers, signal: AbortSignal.timeout(PATIENCE_MS), tls: tls && ownTls(tls.cert) };
      try {
        const { status, text } = await askHttp(to, {
          ...question,
          ...(body !== undefined && { body: JSON.stringify(body) }),
        });
        return { status, body: JSON.parse(text) as AdminAnswer["body"] };
      } catch (cause) {
        throw new OpsError(
          SIDECAR_ERROR.notReached,
          `The sidecar does not answer at ${place} (${messageOf(cause)}). Start it with mcp-ops sidecar, or give its config with --config.`,
          { cause },
        );
      }
    },
  };
}

function urlOf(
  { host = LOOPBACK_HOST, port }: { readonly host?: string; readonly port: number },
  isTls: boolean,
  path: string,
): URL {
  const near = ["0.0.0.0", "::"].includes(host) ? LOOPBACK_HOST : host;
  return new URL(path, `${isTls ? "https" : "http"}://${near.includes(":") ? `[${near}]` : near}:${port}`);
}

/** The very certificate of the config: whoever shows it is the daemon, whatever name it is asked by. */
function ownTls(cert: string): object {
  return { ca: cert, allowPartialTrustChain: true, checkServerIdentity: () => undefined };
}
