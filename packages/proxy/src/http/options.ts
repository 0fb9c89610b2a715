import type { Pipeline } from "@mcp-ops/tap";
import type { FollowOptions } from "../follow/options.ts";
import { DEFAULT_TIMEOUTS, type Timeouts } from "./timeouts.ts";
import type { UpstreamStatus } from "./upstreams.ts";

/** How a proxy is opened. */
export interface ProxyOptions {
  /** URLs of the MCP servers behind it, which serve the same thing. Their paths are the paths here. Either these, or nodes to `follow`. */
  readonly upstreams?: readonly string[] | undefined;
  /** A group of nodes of which one leads: everything goes there. Holds requests while nobody does, and moves sessions. */
  readonly follow?: FollowOptions | undefined;
  /** Who watches and decides. */
  readonly pipeline: Pipeline;
  /** Port 0 takes a free one. Default: a free port of 127.0.0.1. */
  readonly listen?: { readonly port: number; readonly host?: string | undefined } | undefined;
  /** Certificate and key in PEM, to serve https. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  /** Certificate authorities in PEM that certificates of https upstreams are held against, besides those Node knows. */
  readonly upstreamCa?: string | undefined;
  /** Host names, besides the loopback names and the one listened on, that a request may name in `Host` and `Origin`. */
  readonly hosts?: readonly string[] | undefined;
  /** Tell the upstream its own name in `Host`. Default: the name the client asked for. */
  readonly rewriteHost?: boolean | undefined;
  readonly timeouts?: Partial<Timeouts> | undefined;
  /** Longest request body, and longest answer or event that is read. Default: 64 MiB. */
  readonly maxBodyBytes?: number | undefined;
  /** How long open requests get to end when the proxy closes. Default: 10 000 ms. */
  readonly drainMs?: number | undefined;
  /** Path that says by a status below 400 that an upstream is well. Default: that it takes connections is enough. */
  readonly healthPath?: string | undefined;
  /** Told when an upstream goes up or down. */
  readonly onUpstream?: ((status: UpstreamStatus) => void) | undefined;
}

/** As `wrap`: no message of MCP is longer than this by intent. */
export const DEFAULT_MAX_BODY_BYTES: number = 64 * 1024 * 1024;
/** Kubernetes kills after 30 s; this leaves room for what else a process closes. */
export const DEFAULT_DRAIN_MS = 10_000;
/** Some 50 MB of lines; a session more costs the one that was silent longest its history, and nothing else. */
export const MAX_SESSIONS = 10_000;
/** As long as most servers keep a session themselves. */
export const SESSION_IDLE_MS: number = 30 * 60_000;
/** Each may hold a body of `maxBodyBytes`. */
export const MAX_CONNECTIONS = 10_000;

export function timeoutsOf({ timeouts }: ProxyOptions): Timeouts {
  const given = Object.entries(timeouts ?? {}).filter(([, value]) => value !== undefined);
  return { ...DEFAULT_TIMEOUTS, ...Object.fromEntries(given) };
}
