import { readSettings, watch } from "@mcp-ops/kit";
import { appear } from "./presence.ts";
import type { Sdk } from "./sdk-entries.ts";
import { guarded } from "./warn.ts";
import { watchOptions } from "./watch-settings.ts";

interface ServerClass {
  readonly prototype: { connect(this: object, ...args: unknown[]): unknown };
}

const seen = new WeakSet<object>();

/** Watches every server of the classes among these exports, and shows itself to the outside once the first one connects. */
export function instrument(exports: Readonly<Record<string, unknown>>, sdk: Sdk): void {
  const settings = readSettings(process.env, process.getuid?.() ?? 0);
  const options = watchOptions(settings);
  // It is said of this server: those that it starts itself have nobody else who counts what they do.
  if (settings.journal === "in-front") delete process.env.MCP_OPS_JOURNAL;
  // Not earlier than at `connect`: under NODE_OPTIONS every npm and build tool loads this package, and none of them is a server.
  const show = (server: object) => appear(settings, settings.server ?? nameOf(server), sdk);
  const { Server, McpServer } = exports;
  if (isNewServerClass(Server)) {
    watch(Server, options);
    beforeConnect(Server, show);
  }
  // `McpServer` connects through its low-level `Server`, where a `watch` in the author's code comes before the one on the class
  // and wins. One on this class would come before the author's.
  if (isNewServerClass(McpServer)) {
    beforeConnect(McpServer, (server) => {
      watch(server, options);
      show(server);
    });
  }
}

function isNewServerClass(value: unknown): value is ServerClass {
  if (typeof value !== "function" || seen.has(value)) return false;
  seen.add(value);
  return typeof (value.prototype as { connect?: unknown } | undefined)?.connect === "function";
}

function beforeConnect({ prototype }: ServerClass, run: (server: object) => void): void {
  const { connect } = prototype;
  const value = function (this: object, ...args: unknown[]): unknown {
    guarded("Watching a server", () => run(this));
    return connect.apply(this, args);
  };
  Object.defineProperty(prototype, "connect", { configurable: true, writable: true, enumerable: false, value });
}

/** The name a server gives itself. `McpServer` keeps the low-level server in `server`; the field is the same in SDK v1 and v2. */
function nameOf(server: object): string {
  const { server: lowLevel = server } = server as { server?: object };
  const { name } = (lowLevel as { _serverInfo?: { name?: unknown } })._serverInfo ?? {};
  return typeof name === "string" && name !== "" ? name : "unnamed";
}
