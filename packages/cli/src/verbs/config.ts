import { hostname } from "node:os";
import { parseListen } from "@mcp-ops/kit";
import { configJsonSchema, DUTY_PLANS, loadConfig, maskedConfig, shownConfig } from "@mcp-ops/sidecar";
import type { Command } from "commander";
import { usageError } from "../complaint.ts";
import type { Terminal, Verb } from "../verb.ts";
import { DEFAULT_CONFIG } from "./sidecar.ts";

interface Flags {
  readonly config: string;
  readonly env?: string;
  readonly json?: boolean;
}

interface TargetFlags extends Flags {
  readonly host?: string;
}

/** Listening there is listening everywhere, and says no name. */
const ANYWHERE: readonly string[] = ["0.0.0.0", "::"];

/** `mcp-ops config check|show|targets|schema`: the config of the sidecar. */
export const config: Verb = (program, terminal) => {
  const group = program.command("config").description("Check and read the config of the sidecar.");
  reading(group, "check", "Say what is wrong with the config; exit code 1 when something is.", (flags) => {
    const { files } = loadConfig(sourceOf(flags));
    terminal.out(flags.json ? JSON.stringify({ valid: true, files }) : `${files.join(" and ")}: can be used.`);
  });
  reading(
    group,
    "show",
    "Show the config that holds, and where each value comes from. Secrets are masked.",
    (flags) => {
      show(flags, terminal);
    },
  );
  reading(group, "targets", "Print where Prometheus finds this sidecar, as a file of file_sd_configs.", (flags) => {
    terminal.out(JSON.stringify([{ targets: [targetOf(flags)] }]));
  }).option("--host <name>", "this machine, as Prometheus reaches it (default: where probes listens)");
  group
    .command("schema")
    .description("Print the JSON Schema of the config, for editors.")
    .option("--json", "the same: it is JSON")
    .action(() => terminal.out(JSON.stringify(configJsonSchema(DUTY_PLANS), undefined, 2)));
};

function reading(group: Command, name: string, about: string, run: (flags: TargetFlags) => void): Command {
  return group
    .command(name)
    .description(about)
    .option("--config <file>", "the config", DEFAULT_CONFIG)
    .option("--env <name>", "lay mcp-ops.<name>.yaml over it (default: what MCP_OPS_ENV says)")
    .option("--json", "results on stdout as JSON")
    .action(run);
}

function show(flags: Flags, terminal: Terminal): void {
  const loaded = loadConfig(sourceOf(flags));
  terminal.out(flags.json ? JSON.stringify(maskedConfig(loaded.config)) : shownConfig(loaded).trimEnd());
}

/** `host:port` of the listener `probes`. */
function targetOf({ host, ...flags }: TargetFlags): string {
  const { listen } = loadConfig(sourceOf(flags)).config.probes;
  const where = parseListen(String(listen));
  if (typeof where !== "object" || !("port" in where) || where.port === 0) {
    throw usageError(
      `probes.listen is ${listen}, where no Prometheus can ask. Give it a port, such as 127.0.0.1:9465.`,
    );
  }
  const own = where.host ?? "127.0.0.1";
  const name = host ?? (ANYWHERE.includes(own) ? hostname() : own);
  return `${name.includes(":") ? `[${name}]` : name}:${where.port}`;
}

function sourceOf({ config: file, env: environment }: Flags) {
  return { file, environment, env: process.env, duties: DUTY_PLANS };
}
