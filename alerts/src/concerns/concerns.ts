import type { RuleContext } from "../context.ts";
import type { RuleGroup } from "../rule.ts";
import { availability } from "./availability.ts";
import { cost } from "./cost.ts";
import { failover } from "./failover.ts";
import { slo } from "./slo.ts";

/** By the name of the file they are in. A new concern is a new file, a line here, and one for its thresholds. */
export const CONCERNS: Readonly<Record<string, (context: RuleContext) => RuleGroup>> = {
  availability,
  failover,
  cost,
  slo,
};
