import { backupFindings, type Discovery, DUTY_PLANS, fleetFindings, initConfig } from "@mcp-ops/sidecar";
import type { Verb } from "../verb.ts";
import { DEFAULT_CONFIG } from "./sidecar.ts";

/** What looks around on the machine for something a config can name. */
const DISCOVERIES: readonly Discovery[] = [() => fleetFindings(process.env), () => backupFindings(process.env)];

/** `mcp-ops init`: a commented config to begin with. */
export const init: Verb = (program, terminal) => {
  program
    .command("init")
    .description("Write a commented config for the sidecar, with what is found on this machine.")
    .option("--output <file>", "where to", DEFAULT_CONFIG)
    .option("--force", "replace a config that is there")
    .option("--json", "results on stdout as JSON")
    .action(async ({ output: file, force = false, json }: { output: string; force?: boolean; json?: boolean }) => {
      const { values, notes } = await initConfig({
        file,
        overwrite: force,
        discoveries: DISCOVERIES,
        duties: DUTY_PLANS,
      });
      if (json) return terminal.out(JSON.stringify({ file, values, notes }));
      terminal.out(`${file} is written. Then: mcp-ops sidecar --config ${file}`);
      for (const note of notes) terminal.out(note);
    });
};
