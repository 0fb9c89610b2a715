import type { RuleContext } from "../context.ts";
import type { RuleGroup } from "../rule.ts";
import { auditChains } from "./pipeline/chains.ts";
import { watching } from "./pipeline/watching.ts";
import { auditWriter } from "./pipeline/writer.ts";

/** Is what we show and record the truth? Processes behind a sidecar are told apart by `slot`, others by `instance`. */
export function pipeline(context: RuleContext): RuleGroup {
  return { name: "mcp-pipeline", rules: [...auditWriter(context), ...auditChains(context), ...watching(context)] };
}
