import { type Carrier, isCarrier } from "./carrier.ts";
import { markOnce } from "./intercept.ts";
import type { Pipeline } from "./pipeline.ts";
import { stateOf } from "./pipeline-state.ts";
import { ServerFacts, serverNameOf } from "./server-facts.ts";
import { tapTransport } from "./transport.ts";

/** A server of any SDK: `McpServer` and `FastMCPSession` keep the low-level one in `server`. */
interface Server {
  connect(transport: Carrier): unknown;
  readonly server?: Server;
  readonly transport?: unknown;
  readonly _serverInfo?: { readonly name?: unknown };
}

/** On a low-level server: the high-level one that drives it, so that watching either finds what is registered. */
const OWNER = Symbol.for("@mcp-ops/tap:owner");

export function isServer(value: object): value is Server {
  const { connect, server } = value as Partial<Server>;
  return typeof connect === "function" && (typeof server?.connect === "function" || "setRequestHandler" in value);
}

/** Watches a server from its next `connect` on, or at once if it is connected. All entries of all SDKs end in the low-level `connect`. */
export function tapServer(server: Server, pipeline: Pipeline): void {
  const lowLevel = lowLevelOf(server);
  if (lowLevel !== server) Reflect.set(lowLevel, OWNER, server);
  stateOf(pipeline).met(serverNameOf(lowLevel));
  if (!markOnce(lowLevel)) return;
  const { connect } = lowLevel;
  lowLevel.connect = (transport: Carrier, ...rest: []) => {
    tapConnection(lowLevel, transport, pipeline);
    return connect.call(lowLevel, transport, ...rest);
  };
  tapConnection(lowLevel, lowLevel.transport, pipeline);
}

/** Watches every server of a class (`Server`, `McpServer` of SDK v1 and v2, `FastMCPSession`), those to come included. */
export function tapServerClass(serverClass: { readonly prototype: object }, pipeline: Pipeline): void {
  const { prototype } = serverClass;
  if (!markOnce(prototype)) return;
  const connect = Reflect.get(prototype, "connect") as Server["connect"];
  const value = function (this: Server, transport: Carrier, ...rest: []): unknown {
    // Of a high-level server the low-level one connects; a server its author watches already stays with its author.
    if (lowLevelOf(this) === this) tapConnection(this, transport, pipeline);
    else tapServer(this, pipeline);
    return connect.call(this, transport, ...rest);
  };
  Object.defineProperty(prototype, "connect", { configurable: true, writable: true, enumerable: false, value });
}

export function isServerClass(value: unknown): value is { readonly prototype: object } {
  return typeof value === "function" && typeof (value.prototype as Partial<Server> | undefined)?.connect === "function";
}

function tapConnection(lowLevel: Server, transport: unknown, pipeline: Pipeline): void {
  if (typeof transport !== "object" || transport === null || !isCarrier(transport)) return;
  tapTransport(transport, pipeline, new ServerFacts(lowLevel, Reflect.get(lowLevel, OWNER) as object | undefined));
}

function lowLevelOf(server: Server): Server {
  return typeof server.server?.connect === "function" ? server.server : server;
}
