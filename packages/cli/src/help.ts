import type { Command } from "commander";
import { EXIT_MEANINGS } from "./exit-codes.ts";

/** A command line that works, and what it is good for. */
export type Example = readonly [line: string, purpose: string];

type Rows = readonly (readonly [string, string])[];

const EXAMPLES: readonly Example[] = [
  ["mcp-ops wrap -- npx -y @modelcontextprotocol/server-memory", "watch a stdio server, in whatever language"],
  ["mcp-ops wrap --config ~/.cursor/mcp.json", "show a client's config with every stdio server watched"],
  ['mcp-ops serve --stdio "npx -y @modelcontextprotocol/server-memory"', "offer a stdio server over HTTP"],
  ["mcp-ops audit verify /var/log/mcp", "was the log changed?"],
  ["mcp-ops backup restore --dry-run", "what would the last good backup change?"],
];

const ENVIRONMENT: Rows = [
  ["MCP_OPS_SERVER", "name of the server in every signal (--name)"],
  ["MCP_OPS_LISTEN", "where the ops endpoint listens (--ops-listen)"],
  ["MCP_OPS_HOSTS", "host names that may ask it (--ops-host)"],
  ["MCP_OPS_RUNTIME_DIR", "where it leaves its socket and registration file"],
  ["MCP_OPS_AUDIT_FOLDER", "folder of the audit log (--audit)"],
  ["MCP_OPS_HEALTH_RESOURCE", "on: clients find health://status (--health-resource)"],
  ["MCP_OPS_JOURNAL", "off: what the server is used for is not kept for the ledger"],
  ["MCP_OPS_ROLE_URL", "agent that says whether this node leads (--role-url)"],
  ["MCP_OPS_READ_TOOLS", "tools that change nothing (--read-tools)"],
  ["MCP_OPS_READS", "refuse or serve-stale: reads on a standby (--reads)"],
  ["MCP_OPS_TRUST_READ_ONLY_HINT", "on: believe tools that say they only read"],
  ["MCP_OPS_TEXTFILE", "folder for node-exporter's textfile collector (--textfile)"],
  ["MCP_OPS_OTLP_METRICS", "where metrics are pushed (--otlp-metrics)"],
  ["MCP_OPS_TRACE", "where spans go (--trace)"],
  ["OTEL_*", "as OpenTelemetry defines them"],
];

/** What `mcp-ops --help` says after the list of verbs. */
export function addGeneralHelp(program: Command): void {
  program.addHelpText(
    "after",
    `
Examples:
${examplesText(EXAMPLES)}

Exit codes (a verb that runs a server ends as that server does):
${table(EXIT_MEANINGS)}

Environment (an option on the command line wins):
${table(ENVIRONMENT)}

Every verb explains itself: mcp-ops <verb> --help. With --json, results and errors are JSON.`,
  );
}

/** Adds examples to the help of one verb. */
export function addExamples(command: Command, examples: readonly Example[], more = ""): Command {
  return command.addHelpText("after", `\nExamples:\n${examplesText(examples)}${more === "" ? "" : `\n\n${more}`}`);
}

function examplesText(examples: readonly Example[]): string {
  return examples.map(([line, purpose]) => `  $ ${line}\n      ${purpose}`).join("\n");
}

function table(rows: Rows): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, meaning]) => `  ${name.padEnd(width)}  ${meaning}`).join("\n");
}
