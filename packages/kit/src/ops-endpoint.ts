import { rmSync } from "node:fs";
import type { IncomingHttpHeaders } from "node:http";
import type { AuditLog } from "@mcp-ops/audit";
import type { Health } from "@mcp-ops/health";
import { aFunction, checkOptions, type Expected, isObject } from "./check-options.ts";
import { defaultMetrics } from "./default-metrics.ts";
import { hostCheck, hostName } from "./endpoint/allowed-hosts.ts";
import { auditRoute } from "./endpoint/audit-route.ts";
import { healthRoutes } from "./endpoint/health-routes.ts";
import { indexRoute } from "./endpoint/index-route.ts";
import { type Bound, type Listen, LOOPBACK_HOST, listen } from "./endpoint/listen.ts";
import { metricsRoute, type Scrapable } from "./endpoint/metrics-route.ts";
import { closeServer, opsServer } from "./endpoint/ops-server.ts";
import type { Route } from "./endpoint/route.ts";
import { processAudit, processHealth } from "./parts/process-parts.ts";

export interface OpsEndpointOptions {
  /** Default: port 9464 of 127.0.0.1, the port Prometheus exporters of OpenTelemetry have. */
  readonly listen?: Listen | undefined;
  /** What `/metrics` shows. Default: the metrics that `watch(server)` writes. */
  readonly metrics?: Scrapable | undefined;
  /** What the health pages tell of; `false` leaves them out. Default: the health of the process, which `watch(server)` gives. */
  readonly health?: false | Health | undefined;
  /** Whose newest record `/audit/head` shows; `false` leaves it out. Default: the audit log that `watch(server)` writes, once there is one. */
  readonly audit?: false | AuditLog | undefined;
  /** Who may read details in `/health`: messages, hosts, versions. Default: whoever reaches the Unix socket, which is its owner, and nobody on a port. */
  readonly authorised?: ((request: { readonly headers: IncomingHttpHeaders }) => boolean) | undefined;
  /** Host names that may ask besides the loopback names and the one it is bound to. */
  readonly hosts?: readonly string[] | undefined;
}

/** An open ops endpoint. It never keeps the process alive. */
export interface OpsEndpoint extends Bound, AsyncDisposable {
  close(): Promise<void>;
}

export const DEFAULT_OPS_PORT = 9464;

/** Opens the ops endpoint, with metrics, probes and the head of the audit log, on a port or a Unix socket. */
export async function opsEndpoint(options: OpsEndpointOptions = {}): Promise<OpsEndpoint> {
  checkOptions("opsEndpoint()", options, ENDPOINT_OPTIONS);
  const where = options.listen ?? { port: DEFAULT_OPS_PORT };
  const pages = pagesOf(options, where);
  const server = opsServer([indexRoute(pages), ...pages], hostJudge(where, options.hosts ?? []));
  const bound = await listen(server, where);
  const { socketPath } = bound;
  const cleanUp = () => removeSocket(socketPath);
  process.once("exit", cleanUp);
  const close = () => {
    process.off("exit", cleanUp);
    return closeServer(server);
  };
  return { ...bound, close, [Symbol.asyncDispose]: close };
}

function pagesOf({ metrics, health, audit, authorised }: OpsEndpointOptions, where: Listen): readonly Route[] {
  const mayReadDetails = authorised ?? (() => "socket" in where);
  return [
    metricsRoute(metrics ?? defaultMetrics()),
    ...(health === false ? [] : healthRoutes(() => health ?? processHealth(), mayReadDetails)),
    ...(audit === false ? [] : [auditRoute(() => audit ?? processAudit())]),
  ];
}

/** Browsers reach ports only, so on a socket any `Host` is as good as none. */
function hostJudge(where: Listen, hosts: readonly string[]): (host: string | undefined) => boolean {
  return "socket" in where ? () => true : hostCheck(where.host ?? LOOPBACK_HOST, hosts);
}

/** Node does this itself when a server closes, but not when a process exits. */
function removeSocket(path: string | undefined): void {
  try {
    if (path !== undefined) rmSync(path, { force: true });
  } catch {}
}

export const ENDPOINT_OPTIONS: Readonly<Record<keyof OpsEndpointOptions, Expected>> = {
  listen: { fits: isListen, words: "{ port, host } or { socket }" },
  metrics: {
    fits: (value) => isObject(value) && typeof value.scrape === "function",
    words: "what metrics() returns",
  },
  health: {
    fits: (value) => value === false || (isObject(value) && typeof value.respond === "function"),
    words: "false, or what health() returned",
  },
  audit: {
    fits: (value) => value === false || (isObject(value) && typeof value.head === "function"),
    words: "false, or what auditLog() returned",
  },
  authorised: aFunction,
  hosts: {
    fits: (value) =>
      Array.isArray(value) && value.every((host) => typeof host === "string" && hostName(host) !== undefined),
    words: "a list of host names",
  },
};

function isListen(value: unknown): boolean {
  if (!isObject(value)) return false;
  const keys = Object.keys(value).filter((key) => value[key] !== undefined);
  if (typeof value.socket === "string") return value.socket !== "" && keys.length === 1;
  const { port, host } = value;
  const known = keys.every((key) => key === "port" || key === "host");
  const validHost = host === undefined || (typeof host === "string" && hostName(host) !== undefined);
  return known && validHost && Number.isInteger(port) && (port as number) >= 0 && (port as number) <= 65_535;
}
