import { configJsonSchema, DUTY_PLANS, loadConfig, maskedConfig, shownConfig } from "@mcp-ops/sidecar";
import type { Command } from "commander";
import type { Terminal, Verb } from "../verb.ts";
import { DEFAULT_CONFIG } from "./sidecar.ts";

interface Flags {
  readonly config: string;
  readonly env?: string;
  readonly json?: boolean;
}

/** `mcp-ops config check|show|schema`: the config of the sidecar. */
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
  group
    .command("schema")
    .description("Print the JSON Schema of the config, for editors.")
    .option("--json", "the same: it is JSON")
    .action(() => terminal.out(JSON.stringify(configJsonSchema(DUTY_PLANS), undefined, 2)));
};

function reading(group: Command, name: string, about: string, run: (flags: Flags) => void): void {
  group
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

function sourceOf({ config: file, env: environment }: Flags) {
  return { file, environment, env: process.env, duties: DUTY_PLANS };
}
