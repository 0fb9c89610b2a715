import type { Verb } from "../verb.ts";
import { addReport } from "./slo/report.ts";
import { addRules } from "./slo/rules.ts";
import { addStatus } from "./slo/status.ts";

/** `mcp-ops slo …`: what is promised, and whether it is kept; asks the sidecar of this machine, but for the rules. */
export const slo: Verb = (program, terminal, end) => {
  const group = program.command("slo").description("See whether promises are kept, and report about a month.");
  for (const add of [addStatus, addReport, addRules]) add(group, terminal, end);
};
