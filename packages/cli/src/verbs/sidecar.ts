import { DUTY_PLANS, runSidecar } from "@mcp-ops/sidecar";
import { EXIT } from "../exit-codes.ts";
import type { Verb } from "../verb.ts";

/** Where the config is looked for when nobody says. */
export const DEFAULT_CONFIG = "mcp-ops.yaml";

/** `mcp-ops sidecar`: the daemon, in the foreground. */
export const sidecar: Verb = (program, terminal, end) => {
  program
    .command("sidecar")
    .description(
      "Run the daemon that stands beside the MCP servers of this machine, until SIGTERM. SIGHUP reads its config again.",
    )
    .option("--config <file>", "the config; mcp-ops init writes one", DEFAULT_CONFIG)
    .option("--env <name>", "lay mcp-ops.<name>.yaml over it (default: what MCP_OPS_ENV says)")
    .option("--json", "results on stdout as JSON")
    .action(async ({ config, env: environment, json }: { config: string; env?: string; json?: boolean }) => {
      const source = { file: config, environment, env: process.env, duties: DUTY_PLANS };
      const isClean = await runSidecar(source, ({ probes = "off", admin = "off" }) => {
        terminal.out(
          json ? JSON.stringify({ probes, admin, pid: process.pid }) : `probes  ${probes}\nadmin   ${admin}`,
        );
      });
      end(isClean ? EXIT.ok : EXIT.failed);
    });
};
