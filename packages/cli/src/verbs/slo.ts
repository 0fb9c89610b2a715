import type { Verb } from "../verb.ts";
import { addReport } from "./slo/report.ts";
import { addStatus } from "./slo/status.ts";

/** `mcp-ops slo …`: asks the sidecar of this machine what is promised, and whether it is kept. */
export const slo: Verb = (program, terminal, end) => {
  const group = program.command("slo").description("See whether promises are kept, and report about a month.");
  for (const add of [addStatus, addReport]) add(group, terminal, end);
};
