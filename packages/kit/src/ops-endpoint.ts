import { rmSync } from "node:fs";
import { checkOptions, type Expected, isObject } from "./check-options.ts";
import { defaultMetrics } from "./default-metrics.ts";
import { hostCheck, hostName } from "./endpoint/allowed-hosts.ts";
import { indexRoute } from "./endpoint/index-route.ts";
import { type Bound, type Listen, LOOPBACK_HOST, listen } from "./endpoint/listen.ts";
import { metricsRoute, type Scrapable } from "./endpoint/metrics-route.ts";
import { closeServer, opsServer } from "./endpoint/ops-server.ts";

export interface OpsEndpointOptions {
  /** Default: port 9464 of 127.0.0.1, the port Prometheus exporters of OpenTelemetry have. */
  readonly listen?: Listen | undefined;
  /** What `/metrics` shows. Default: the metrics that `watch(server)` writes. */
  readonly metrics?: Scrapable | undefined;
  /** Host names that may ask besides the loopback names and the one it is bound to. */
  readonly hosts?: readonly string[] | undefined;
}

/** An open ops endpoint. It never keeps the process alive. */
export interface OpsEndpoint extends Bound, AsyncDisposable {
  close(): Promise<void>;
}

export const DEFAULT_OPS_PORT = 9464;

/** Opens the ops endpoint: `/metrics`, on a port or a Unix socket. */
export async function opsEndpoint(options: OpsEndpointOptions = {}): Promise<OpsEndpoint> {
  checkOptions("opsEndpoint()", options, ENDPOINT_OPTIONS);
  const where = options.listen ?? { port: DEFAULT_OPS_PORT };
  const pages = [metricsRoute(options.metrics ?? defaultMetrics())];
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
