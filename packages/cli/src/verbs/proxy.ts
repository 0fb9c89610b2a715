import { readFileSync } from "node:fs";
import { type FollowedNode, openProxy, openSignals, type ProxyOptions } from "@mcp-ops/proxy";
import { type Command, InvalidArgumentError, Option } from "commander";
import { usageError } from "../complaint.ts";
import { addSignalOptions, type SignalFlags, signalOptions } from "../signal-options.ts";
import { openSpans } from "../spans.ts";
import type { Terminal, Verb } from "../verb.ts";

interface Flags extends SignalFlags {
  readonly upstream?: readonly string[];
  readonly follow?: readonly FollowedNode[];
  readonly hold?: number;
  readonly maxHeld?: number;
  readonly listen: NonNullable<ProxyOptions["listen"]>;
  readonly host?: readonly string[];
  readonly rewriteHost?: boolean;
  readonly cert?: string;
  readonly key?: string;
  readonly upstreamCa?: string;
  readonly healthPath?: string;
  readonly timeout?: number;
  readonly longTimeout?: number;
  readonly realTimeTimeout?: number;
  readonly longTool?: readonly string[];
  readonly maxBody?: number;
  readonly drain?: number;
  readonly json?: boolean;
}

const LISTEN = new Option("--listen <where>", "port, or host:port; port 0 takes a free one")
  .argParser(listen)
  .default({ port: 8080 }, "8080");

/** `mcp-ops proxy`: a reverse proxy that watches MCP over HTTP. Runs until it is told to stop. */
export const proxy: Verb = (program, terminal) => {
  const verb = program
    .command("proxy")
    .description("Watch MCP servers over HTTP from in front of them. The paths here are the paths there.")
    .option("--upstream <url>", "server to go to, such as http://127.0.0.1:3000/mcp; repeat for several", collect)
    .addOption(LISTEN);
  addFollowing(verb);
  addRules(verb);
  addTransport(verb);
  addSignalOptions(verb)
    .addHelpText("after", HELP)
    .action((flags: Flags) => run(flags, terminal));
};

function addFollowing(verb: Command): void {
  verb
    .option(
      "--follow <name=server,agent>",
      "node of a group of which one leads: its server, and its agent; repeat for each (instead of --upstream)",
      followed,
    )
    .option("--hold <seconds>", "longest that a request is held while nobody leads (default: 20)", seconds)
    .option("--max-held <requests>", "requests held at once (default: 1000)", requests);
}

function addRules(verb: Command): void {
  verb
    .option("--host <name>", "name that Host and Origin may have besides the loopback names; repeatable", collect)
    .option("--timeout <seconds>", "longest wait for an answer (default: 30)", seconds)
    .option(
      "--long-timeout <seconds>",
      "… to a call that reports progress, or to a --long-tool (default: 300)",
      seconds,
    )
    .option("--real-time-timeout <seconds>", "… to ping, discover, completions and log levels (default: 5)", seconds)
    .option("--long-tool <name>", "tool that may take its time; repeatable", collect)
    .option("--max-body <bytes>", "longest request (default: 67108864)", bytes)
    .option("--drain <seconds>", "time open calls get to end on SIGTERM (default: 10)", seconds);
}

function addTransport(verb: Command): void {
  verb
    .option("--rewrite-host", "name the upstream itself in Host (default: what the client asked for)")
    .option("--cert <file>", "serve https with this certificate (PEM), and --key")
    .option("--key <file>", "its key (PEM)")
    .option("--upstream-ca <file>", "authority (PEM) that certificates of https upstreams are held against")
    .option("--health-path <path>", "page of an upstream that tells if it is well (default: it takes connections)");
}

const HELP = `
Examples:
  $ mcp-ops proxy --upstream http://127.0.0.1:3000/mcp
      clients connect to http://127.0.0.1:8080/mcp instead
  $ mcp-ops proxy --upstream http://a:3000/mcp --upstream http://b:3000/mcp --listen 0.0.0.0:8080 --host mcp.example.com
      two servers behind one name: sessions stay where they began, everything else takes turns
  $ mcp-ops proxy --follow a=http://a:3000/mcp,http://a:9465 --follow b=http://b:3000/mcp,http://b:9465
      everything goes to the node that leads, by the word of the sidecars; a switchover loses no call`;

async function run(flags: Flags, terminal: Terminal): Promise<void> {
  const servers = serversOf(flags);
  const unnamed = URL.parse(servers[0] ?? "")?.host ?? "mcp-server";
  const options = signalOptions(flags, process.env, unnamed, terminal);
  await using _spans = await openSpans(flags, process.env, options);
  await using signals = await openSignals(options);
  await using open = await openProxy(optionsOf(flags, signals.pipeline, terminal));
  const stopped = untilStopped();
  if (flags.json) terminal.out(JSON.stringify({ url: open.url, ops: signals.endpoint }));
  else
    terminal.err(
      `mcp-ops: ${open.url} goes to ${servers.join(flags.follow ? " or " : ", ")}${opsText(signals.endpoint)}`,
    );
  await stopped;
}

function serversOf({ upstream = [], follow = [], roleUrl, hold, maxHeld }: Flags): readonly string[] {
  if ((upstream.length === 0) === (follow.length === 0))
    throw usageError("Give the servers to go to: --upstream <url>, or --follow <name=server,agent>.");
  if (follow.length > 0 && roleUrl !== undefined)
    throw usageError("--role-url is for a proxy beside one node, --follow for one before them all: give one of them.");
  if (follow.length === 0 && (hold ?? maxHeld) !== undefined)
    throw usageError("--hold and --max-held go with --follow.");
  return follow.length === 0 ? upstream : follow.map(({ url }) => url);
}

function opsText(endpoint: string | undefined): string {
  return endpoint === undefined ? "" : `; metrics: ${endpoint}`;
}

/** The first signal drains; a second one means it. */
function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.once(signal, () => resolve());
  });
}

function optionsOf(flags: Flags, pipeline: ProxyOptions["pipeline"], terminal: Terminal): ProxyOptions {
  const { cert, key, upstreamCa, timeout, longTimeout, realTimeTimeout, longTool } = flags;
  return {
    upstreams: flags.upstream,
    follow: followOf(flags, terminal),
    pipeline,
    listen: flags.listen,
    hosts: flags.host,
    rewriteHost: flags.rewriteHost,
    tls: tlsOf(cert, key),
    upstreamCa: upstreamCa === undefined ? undefined : textIn(upstreamCa),
    healthPath: flags.healthPath,
    timeouts: {
      ...given({ defaultMs: timeout, longMs: longTimeout, realTimeMs: realTimeTimeout, longTools: longTool }),
    },
    maxBodyBytes: flags.maxBody,
    drainMs: flags.drain,
    onUpstream: ({ url, isUp }) => terminal.err(`mcp-ops: ${url} is ${isUp ? "back" : "down"}`),
  };
}

function followOf({ follow, hold, maxHeld }: Flags, terminal: Terminal): ProxyOptions["follow"] {
  if (follow === undefined) return undefined;
  return {
    nodes: follow,
    holdMs: hold,
    maxHeld,
    onWarning: (error) => terminal.err(`mcp-ops: ${(error as Error).message}`),
    onPrimary: (name) => terminal.err(`mcp-ops: ${name === undefined ? "nobody leads now" : `${name} leads`}`),
  };
}

function tlsOf(cert: string | undefined, key: string | undefined): ProxyOptions["tls"] {
  if (cert === undefined && key === undefined) return undefined;
  if (cert !== undefined && key !== undefined) return { cert: textIn(cert), key: textIn(key) };
  throw new InvalidArgumentError("To serve https give both --cert and --key.");
}

function given<T extends object>(options: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
}

function textIn(file: string): string {
  return readFileSync(file, "utf8");
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

function followed(text: string, before: readonly FollowedNode[] = []): readonly FollowedNode[] {
  const [, name, url, roleUrl] = /^([^=]+)=(.+),([^,]+)$/.exec(text) ?? [];
  if (name === undefined || url === undefined || roleUrl === undefined)
    throw new InvalidArgumentError("Write it like a=http://10.0.0.1:3000/mcp,http://10.0.0.1:9465.");
  return [...before, { name, url, roleUrl }];
}

function listen(text: string): Flags["listen"] {
  const [, host, digits] = /^(?:(.+):)?(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (digits === undefined || port > 65_535) throw new InvalidArgumentError("Give a port, or host:port.");
  return { port, host: host?.replace(/^\[|\]$/g, "") };
}

function seconds(text: string): number {
  return positive(text, "Give a number of seconds.") * 1000;
}

function bytes(text: string): number {
  return positive(text, "Give a number of bytes.");
}

function requests(text: string): number {
  return positive(text, "Give a number of requests.");
}

function positive(text: string, hint: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError(hint);
  return value;
}
