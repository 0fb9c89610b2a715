import { DUTY_PLANS, type FailoverSettings, failoverAdvice, loadConfig } from "@mcp-ops/sidecar";
import { type AskingFlags, addAskingOptions } from "../../asking.ts";
import { addExamples } from "../../help.ts";
import type { Verb } from "../../verb.ts";

export const addAdvise: Verb = (group, terminal) => {
  const verb = group
    .command("advise")
    .description(
      "Say whether failover is needed at all, and what is weak in the config. Asks the server, not the sidecar.",
    )
    .action(async ({ config: file, env: environment, json }: AskingFlags) => {
      const { env } = process;
      const { config, folder } = loadConfig({ file, environment, env, duties: DUTY_PLANS });
      const advice = await failoverAdvice(config.failover as FailoverSettings, { folder, env });
      if (json) return terminal.out(JSON.stringify({ advice }));
      terminal.out(advice.map(({ level, text }) => `${level === "warning" ? "! " : "  "}${text}`).join("\n"));
    });
  addExamples(addAskingOptions(verb), [["mcp-ops failover advise", "before you set it up, and after"]]);
};
