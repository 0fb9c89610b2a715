import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { OpsError } from "@mcp-ops/formats";
import { defaultMetrics, fleet } from "@mcp-ops/kit";
import { type Pipeline, Proxied } from "@mcp-ops/tap";
import { PROXY_ERROR } from "../codes.ts";
import { Following } from "../follow/following.ts";
import { showFollowing } from "../follow/show-following.ts";
import { admission } from "./admission.ts";
import { DEFAULT_HOST, type Door, openDoor } from "./door.ts";
import type { ProxyFigures } from "./figures.ts";
import { isRpc } from "./is-rpc.ts";
import {
  DEFAULT_DRAIN_MS,
  DEFAULT_MAX_BODY_BYTES,
  MAX_SESSIONS,
  type ProxyOptions,
  SESSION_IDLE_MS,
  timeoutsOf,
} from "./options.ts";
import { Passage, type Road } from "./passage.ts";
import { collectBody, isRefused, readBody } from "./read-body.ts";
import { type Refused, refusalBody } from "./refused.ts";
import { timeoutGate } from "./timeouts.ts";
import { takingTurns } from "./turns.ts";
import { type UpstreamStatus, Upstreams } from "./upstreams.ts";

/** An open proxy. */
export interface OpenProxy extends AsyncDisposable {
  /** Where clients connect: the path is that of the first upstream. */
  readonly url: string;
  figures(): ProxyFigures;
  upstreams(): readonly UpstreamStatus[];
  /** Takes no more connections, lets open requests end until the deadline, then closes what is left. Streams do not hold it up. */
  close(): Promise<void>;
}

const SWEEP_EVERY_MS = 60_000;

/**
 * Opens a reverse proxy for MCP over HTTP, Streamable HTTP of every revision and the older HTTP with SSE, that watches what passes.
 *
 * @throws OpsError `PROXY_UPSTREAM_INVALID` for an upstream that is no URL, `PROXY_LISTEN_FAILED` when it cannot listen.
 */
export async function openProxy(options: ProxyOptions): Promise<OpenProxy> {
  const { maxBodyBytes = DEFAULT_MAX_BODY_BYTES, drainMs = DEFAULT_DRAIN_MS } = options;
  const counts = { notRpc: 0, unread: 0, refused: 0, forgottenSessions: 0 };
  const road = roadOf(options, maxBodyBytes, counts);
  const mayEnter = admission(options.listen?.host ?? DEFAULT_HOST, options.hosts ?? []);
  const refuse = (response: ServerResponse, refused: Refused) => {
    counts.refused++;
    refuseWith(response, refused);
  };
  const pass = (request: IncomingMessage, response: ServerResponse, bytes: Buffer | undefined, json: unknown) => {
    if (response.destroyed) return; // The client has gone while its body was decoded.
    const isRead = isRpc(json);
    if (!isRead && bytes !== undefined && bytes.length > 0) counts.notRpc++;
    new Passage(road, request, response, bytes, isRead ? json : undefined);
  };
  const listener: RequestListener = (request, response) => {
    const refused = mayEnter(request);
    if (refused !== undefined) return refuse(response, refused);
    if (!hasBody(request)) return pass(request, response, undefined, undefined);
    collectBody(request, maxBodyBytes, (collected) => {
      if (isRefused(collected)) return refuse(response, collected);
      const read = readBody(collected, request.headers, maxBodyBytes);
      if (read instanceof Promise) void read.then(proceed);
      else proceed(read);
    });
    const proceed = (read: Awaited<ReturnType<typeof readBody>>) =>
      isRefused(read) ? refuse(response, read) : pass(request, response, read.bytes, read.json);
  };
  await road.following?.follower.asked;
  const door = await openDoor(options, listener).catch(async (error: unknown) => {
    road.following?.close();
    await road.upstreams.close();
    throw error;
  });
  const sweeping = setInterval(() => road.proxied.lines.sweep(), SWEEP_EVERY_MS);
  sweeping.unref();
  const hideUp = showUp(road.upstreams, options.pipeline);
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= closeAll(door, drainMs, road).finally(() => {
      clearInterval(sweeping);
      hideUp();
    });
    return closing;
  };
  return {
    url: new URL(road.upstreams.all[0]?.url.pathname ?? "/", door.url).href,
    figures: () => ({
      ...counts,
      sessions: road.proxied.lines.size,
      open: road.open.size,
      ...(road.following && { follow: road.following.figures() }),
    }),
    upstreams: () => road.upstreams.all.map(({ url, isUp }) => ({ url: url.href, isUp })),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** The server behind the proxy is up while one of its upstreams is. */
function showUp({ all }: Upstreams, pipeline: Pipeline): () => void {
  return fleet(defaultMetrics()).showUp(
    () => pipeline.server ?? all[0]?.url.host ?? "mcp-server",
    () => all.some(({ isUp }) => isUp),
  );
}

function roadOf(options: ProxyOptions, maxBytes: number, counts: { unread: number; forgottenSessions: number }): Road {
  const timeouts = timeoutsOf(options);
  const { gates } = options.pipeline;
  const pipeline: Pipeline = { ...options.pipeline, gates: [...gates, timeoutGate(timeouts)] };
  const proxied = new Proxied(pipeline, {
    maxBytes,
    mayPassUnread: gates.length === 0,
    maxSessions: MAX_SESSIONS,
    sessionIdleMs: SESSION_IDLE_MS,
    onUnread: () => counts.unread++,
    onForgotten: () => counts.forgottenSessions++,
  });
  const { upstreamCa: ca, healthPath, onUpstream = () => {}, rewriteHost = false } = options;
  const upstreams = new Upstreams(urlsOf(options), { ca, healthPath, onChange: onUpstream });
  const { defaultMs: usualMs, realTimeMs } = timeouts;
  const following = options.follow && new Following(upstreams, options.follow, rewriteHost);
  const sessions = { known: () => proxied.lines.size, forgotten: () => counts.forgottenSessions };
  if (following !== undefined) showFollowing(following, options.follow?.nodes ?? [], sessions);
  const findWays = following?.findWays ?? takingTurns(upstreams);
  return { proxied, upstreams, findWays, following, rewriteHost, usualMs, realTimeMs, open: new Set() };
}

function urlsOf({ upstreams = [], follow }: ProxyOptions): readonly string[] {
  if (follow === undefined) return upstreams;
  const names = new Set(follow.nodes.map(({ name }) => name));
  if (upstreams.length === 0 && names.size === follow.nodes.length) return follow.nodes.map(({ url }) => url);
  throw new OpsError(
    PROXY_ERROR.upstreamInvalid,
    "Give either upstreams, or nodes to follow: each once, by its own name.",
  );
}

async function closeAll(door: Door, drainMs: number, road: Road): Promise<void> {
  await door.close(() => [...road.open].every((passage) => passage.isStream), drainMs);
  road.following?.close();
  road.proxied.lines.close();
  await road.upstreams.close();
}

/** What is still coming of a refused body is nobody's to read. */
function refuseWith(response: ServerResponse, { httpStatus, message }: Refused): void {
  const body = refusalBody(message);
  const headers = {
    "Content-Type": "application/json",
    "Content-Length": Buffer.byteLength(body),
    Connection: "close",
  };
  response.writeHead(httpStatus, headers).end(body);
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}
