import { connect, type Socket } from "node:net";
import type { Gate, Observer } from "@mcp-ops/exchange";
import { type OpenProxy, openProxy, type ProxyOptions } from "@mcp-ops/proxy";
import { pipeline } from "@mcp-ops/tap";
import { recorder, type Sighting } from "../fixtures/cast-recorders.ts";
import { type Audience, stageHere } from "../fixtures/stage.ts";

/** What a test puts into the pipeline besides the recorder. */
interface Watching {
  readonly observers?: readonly Observer[];
  readonly gates?: readonly Gate[];
  readonly learnTargets?: boolean;
}

export interface Front extends AsyncDisposable {
  readonly proxy: OpenProxy;
  readonly url: string;
  readonly port: number;
  readonly audience: Audience;
  sightings(): Sighting[];
}

/** A proxy with a recorder on it, and gates where a test wants some. */
export async function front(upstreams: readonly string[], more: Partial<ProxyOptions> & Watching = {}): Promise<Front> {
  const { observers = [], gates = [], learnTargets = false, ...options } = more;
  const { stage, audience } = stageHere();
  const watching = pipeline({
    observers: [recorder("the recorder", stage), ...observers],
    gates,
    learnTargets,
    server: "story",
  });
  const proxy = await openProxy({ upstreams, pipeline: watching, drainMs: 0, ...options });
  return {
    proxy,
    url: proxy.url,
    port: Number(new URL(proxy.url).port),
    audience,
    sightings: () => audience.all<Sighting>({ about: "exchange" }),
    [Symbol.asyncDispose]: () => proxy.close(),
  };
}

export const HEADERS = {
  "content-type": "application/json",
  accept: "application/json, text/event-stream",
  "mcp-protocol-version": "2025-11-25",
} as const;

export function call(id: number | string, name = "ok", more: object = {}): string {
  return JSON.stringify({ jsonrpc: "2.0", id, method: "tools/call", params: { name, arguments: {}, ...more } });
}

export function post(
  url: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: object = {},
  signal?: AbortSignal,
): Promise<Response> {
  return fetch(url, { method: "POST", headers: { ...HEADERS, ...headers }, body, signal: signal ?? null });
}

/** Sends bytes as they are, and gives everything that comes back until the other side closes or `until` has been seen. */
export async function raw(port: number, bytes: string, until?: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.write(bytes, "latin1");
  return heard(socket, until);
}

async function heard(socket: Socket, until: string | undefined): Promise<string> {
  let text = "";
  socket.setEncoding("latin1");
  for await (const piece of socket) {
    text += piece;
    if (until !== undefined && text.includes(until)) break;
  }
  socket.destroy();
  return text;
}
