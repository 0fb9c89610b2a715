import { tmpdir } from "node:os";
import { isAbsolute, resolve } from "node:path";
import { runtimeFolder } from "@mcp-ops/formats";
import type { Listen } from "./endpoint/listen.ts";

/** What the operator may say, all by environment; the README of `@mcp-ops/register` explains each. */
export interface Settings {
  /** `undefined`: on a socket in the runtime folder. */
  readonly listen: Listen | "off" | undefined;
  readonly hosts: readonly string[];
  /** Name of the server in every signal; undefined takes the one it gives itself. */
  readonly server: string | undefined;
  readonly folder: string;
  /** Where the audit log goes; none without it. */
  readonly auditFolder: string | undefined;
  /** Whether clients find the resource `health://status`. */
  readonly healthResource: boolean;
  /** Whether clients find the resources `cost://…` and `slo://report`. */
  readonly costResources: boolean;
  /** Whether calls over a hard cap are refused. */
  readonly budgetGate: boolean;
  /** Whether what the server is used for is kept in a journal; `in-front` where whoever started the server keeps it, and nothing may count twice. */
  readonly journal: "on" | "off" | "in-front";
  /** What could not be understood; the default stands in its place. */
  readonly problems: readonly string[];
}

/** Reads the settings from an environment that floor 3 or 4 gives. Never throws: a typo must not keep a server from starting. */
export function readSettings(env: NodeJS.ProcessEnv, uid: number): Settings {
  const listen = parseListen(env.MCP_OPS_LISTEN);
  const hosts = namesIn(env.MCP_OPS_HOSTS);
  const folder = runtimeFolder({
    chosen: env.MCP_OPS_RUNTIME_DIR,
    xdgRuntimeDir: env.XDG_RUNTIME_DIR,
    tmpDir: tmpdir(),
    uid,
  });
  return {
    listen: listen === "wrong" ? undefined : listen,
    hosts: hosts.filter(isHost),
    server: env.MCP_OPS_SERVER || undefined,
    folder,
    auditFolder: env.MCP_OPS_AUDIT_FOLDER ? resolve(env.MCP_OPS_AUDIT_FOLDER) : undefined,
    healthResource: env.MCP_OPS_HEALTH_RESOURCE === "on",
    costResources: env.MCP_OPS_COST_RESOURCES === "on",
    budgetGate: env.MCP_OPS_BUDGET_GATE === "on",
    journal: isJournal(env.MCP_OPS_JOURNAL) ? env.MCP_OPS_JOURNAL : "on",
    problems: [
      ...(env.MCP_OPS_JOURNAL && !isJournal(env.MCP_OPS_JOURNAL) ? [wrongJournal(env.MCP_OPS_JOURNAL)] : []),
      ...SWITCHES.filter((name) => !isSwitch(env[name])).map((name) => wrongSwitch(name, env[name])),
      ...(listen === "wrong" ? [wrongListen(env.MCP_OPS_LISTEN)] : []),
      ...hosts.filter((host) => !isHost(host)).map(wrongHost),
    ],
  };
}

const SWITCHES = ["MCP_OPS_HEALTH_RESOURCE", "MCP_OPS_COST_RESOURCES", "MCP_OPS_BUDGET_GATE"] as const;

function isSwitch(value: string | undefined): boolean {
  return value === undefined || ["", "on", "off"].includes(value);
}

function wrongSwitch(name: string, value: string | undefined): string {
  return `${name} is ${JSON.stringify(value)}. Give on or off. It stays off.`;
}

function isJournal(value: string | undefined): value is Settings["journal"] {
  return value === "on" || value === "off" || value === "in-front";
}

function wrongJournal(value: string): string {
  return `MCP_OPS_JOURNAL is ${JSON.stringify(value)}. Give on or off. It stays on.`;
}

function namesIn(list: string | undefined): readonly string[] {
  return (list ?? "")
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

/** Whether this may stand as a host name beside the loopback names. */
export function isHost(name: string): boolean {
  return !/[/?#@\s]/.test(name) && URL.canParse(`http://${name}`);
}

function wrongHost(name: string): string {
  return `MCP_OPS_HOSTS holds ${JSON.stringify(name)}, which is no host name. Give names such as metrics.example.com, with commas between them. It is left out.`;
}

function wrongListen(value: string | undefined): string {
  return `MCP_OPS_LISTEN is ${JSON.stringify(value)}. Give a port, host:port, the absolute path of a socket, or off. The ops endpoint listens on its usual socket instead.`;
}

/** A port, `host:port`, the absolute path of a socket (`unix:` before it or not), `off`; undefined when nothing is said. */
export function parseListen(value: string | undefined): Listen | "off" | "wrong" | undefined {
  if (value === undefined || value === "") return undefined;
  if (value === "off") return "off";
  const path = value.replace(/^unix:/, "");
  if (isAbsolute(path)) return { socket: path };
  const match = /^(?:(?<host>\[[^\]]+\]|[^:/\s]+):)?(?<port>\d{1,5})$/.exec(value)?.groups;
  const port = Number(match?.port);
  if (match === undefined || port > 65_535) return "wrong";
  return match.host === undefined ? { port } : { port, host: match.host.replace(/^\[|\]$/g, "") };
}
