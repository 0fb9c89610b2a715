import { unwrapFleet } from "@mcp-ops/proxy";
import { type FleetFlags, tell } from "../fleet.ts";
import { addExamples } from "../help.ts";
import type { Verb } from "../verb.ts";

/** `mcp-ops unwrap --config <file>` */
export const unwrap: Verb = (program, terminal) => {
  const verb = program
    .command("unwrap")
    .summary("undo wrap --config")
    .description("Undoes wrap --config: the same bytes as before, where nothing else was changed since.")
    .requiredOption("--config <file>", "the file that was wrapped")
    .option("--write", "replace the file")
    .action(async (flags: FleetFlags & { readonly config: string }) => {
      tell(await unwrapFleet({ config: flags.config, write: flags.write === true }), flags, terminal);
    });
  addExamples(verb, [["mcp-ops unwrap --config ~/.cursor/mcp.json --write", "as it was before"]]);
};
