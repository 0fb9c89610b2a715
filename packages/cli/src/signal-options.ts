import { resolve } from "node:path";
import { isHost, parseListen, readSettings, type Settings } from "@mcp-ops/kit";
import type { SignalOptions } from "@mcp-ops/proxy";
import { type Command, InvalidArgumentError, Option } from "commander";
import { usageError } from "./complaint.ts";
import type { Terminal } from "./verb.ts";

/** What the command line says of signals, as commander reads it. */
export interface SignalFlags {
  readonly name?: string;
  readonly opsListen?: Settings["listen"];
  readonly opsHost?: readonly string[];
  readonly audit?: string;
  readonly healthResource?: boolean;
  readonly costResources?: boolean;
  readonly budgetGate?: boolean;
  readonly textfile?: string;
  readonly otlpMetrics?: string;
  readonly trace?: string;
  readonly roleUrl?: string;
  readonly readTools?: readonly string[];
  readonly reads?: Reads;
  readonly trustReadOnlyHint?: boolean;
}

type Reads = NonNullable<NonNullable<SignalOptions["role"]>["reads"]>;

const READS: readonly Reads[] = ["refuse", "serve-stale"];

const TRACE_EXPORTERS = ["otlp", "otlp-http", "otlp-grpc", "console", "jaeger"] as const;

/** Adds the options of every verb that watches a server. */
export function addSignalOptions(command: Command): Command {
  return addRoleOptions(command)
    .option("--name <server>", "name of the server in every signal (env MCP_OPS_SERVER)")
    .option(
      "--ops-listen <where>",
      "ops endpoint: a port, host:port, the path of a socket, or off (env MCP_OPS_LISTEN)",
      listen,
    )
    .option("--ops-host <name>", "host name that may ask the ops endpoint; may be repeated (env MCP_OPS_HOSTS)", hosts)
    .option("--audit <folder>", "keep an audit log there (env MCP_OPS_AUDIT_FOLDER)", (folder) => resolve(folder))
    .option("--health-resource", "clients find the resource health://status (env MCP_OPS_HEALTH_RESOURCE=on)")
    .option("--cost-resources", "clients find cost://… and slo://report (env MCP_OPS_COST_RESOURCES=on)")
    .option("--budget-gate", "refuse calls over a hard cap, as the sidecar says (env MCP_OPS_BUDGET_GATE=on)")
    .option("--textfile <folder>", "leave metrics there for node-exporter (env MCP_OPS_TEXTFILE)", (folder) =>
      resolve(folder),
    )
    .option("--otlp-metrics <url|on>", "push metrics by OTLP; on: to OTEL_EXPORTER_OTLP_* (env MCP_OPS_OTLP_METRICS)")
    .addOption(new Option("--trace <exporter>", "send spans there (env MCP_OPS_TRACE)").choices(TRACE_EXPORTERS));
}

function addRoleOptions(command: Command): Command {
  return command
    .option("--role-url <url>", "change nothing but while this agent says that this node leads (env MCP_OPS_ROLE_URL)")
    .option("--read-tools <names>", "tools that change nothing, with commas between (env MCP_OPS_READ_TOOLS)", names)
    .addOption(
      new Option("--reads <how>", "what a standby does with what only reads (env MCP_OPS_READS)").choices(READS),
    )
    .option("--trust-read-only-hint", "believe tools that say they only read (env MCP_OPS_TRUST_READ_ONLY_HINT=on)");
}

/**
 * What to open: the flags, over the environment, over the defaults. What the environment has wrong is a warning, because it was
 * written for many servers; what a flag has wrong has ended the command already.
 */
export function signalOptions(
  flags: SignalFlags,
  env: NodeJS.ProcessEnv,
  unnamed: string,
  terminal: Terminal,
): SignalOptions {
  const settings = readSettings(env, process.getuid?.() ?? 0);
  for (const problem of settings.problems) terminal.err(`mcp-ops: ${problem}`);
  return {
    server: flags.name ?? settings.server ?? unnamed,
    listen: flags.opsListen ?? settings.listen,
    hosts: [...settings.hosts, ...(flags.opsHost ?? [])],
    folder: settings.folder,
    auditFolder: flags.audit ?? settings.auditFolder,
    healthResource: flags.healthResource ?? settings.healthResource,
    costResources: flags.costResources ?? settings.costResources,
    budgetGate: flags.budgetGate ?? settings.budgetGate,
    keepsJournal: settings.journal === "on",
    textfile: flags.textfile ?? pathIn(env.MCP_OPS_TEXTFILE),
    otlpMetrics: flags.otlpMetrics ?? (env.MCP_OPS_OTLP_METRICS || undefined),
    role: roleOf(flags, env),
    onWarning: warningsTo(terminal),
  };
}

/** Wrong words of the environment end the command here: a gate that is not as it was meant is worse than none. */
function roleOf(flags: SignalFlags, env: NodeJS.ProcessEnv): SignalOptions["role"] {
  const url = flags.roleUrl ?? (env.MCP_OPS_ROLE_URL || undefined);
  if (url === undefined) {
    if (flags.readTools ?? flags.reads ?? flags.trustReadOnlyHint)
      throw usageError("Which role? Give --role-url, too.");
    return undefined;
  }
  const reads = flags.reads ?? (env.MCP_OPS_READS || undefined);
  const trusts = env.MCP_OPS_TRUST_READ_ONLY_HINT || "off";
  if (reads !== undefined && !READS.includes(reads as Reads))
    throw usageError("MCP_OPS_READS is refuse or serve-stale.");
  if (trusts !== "on" && trusts !== "off") throw usageError("MCP_OPS_TRUST_READ_ONLY_HINT is on or off.");
  return {
    url,
    reads: reads as Reads | undefined,
    readTools: flags.readTools ?? names(env.MCP_OPS_READ_TOOLS ?? ""),
    trustReadOnlyHint: flags.trustReadOnlyHint ?? trusts === "on",
  };
}

/** One line per warning, said once: a collector that is away must not fill a log. */
function warningsTo(terminal: Terminal): (error: unknown) => void {
  const said = new Set<string>();
  return (error) => {
    const message = error instanceof Error ? error.message : String(error);
    if (said.has(message) || said.size >= MAX_WARNINGS) return;
    said.add(message);
    terminal.err(`mcp-ops: ${message}`);
  };
}

/** Different warnings of one run; whoever has read so many has been warned. */
const MAX_WARNINGS = 100;

function pathIn(value: string | undefined): string | undefined {
  return value ? resolve(value) : undefined;
}

function names(given: string, before: readonly string[] = []): readonly string[] {
  const found = given.split(",").map((name) => name.trim());
  return [...before, ...found.filter((name) => name !== "")];
}

function listen(given: string): Settings["listen"] {
  const where = parseListen(given);
  if (where !== "wrong") return where;
  throw new InvalidArgumentError("Give a port, host:port, the absolute path of a socket, or off.");
}

function hosts(given: string, before: readonly string[] = []): readonly string[] {
  if (isHost(given)) return [...before, given];
  throw new InvalidArgumentError("Give a host name such as metrics.example.com.");
}
