import type { RuleContext } from "../context.ts";
import type { RuleGroup } from "../rule.ts";
import { absent } from "./absent.ts";
import { availability } from "./availability.ts";
import { health } from "./health.ts";
import { latency } from "./latency.ts";
import { saturation } from "./saturation.ts";
import { servers } from "./servers.ts";

/** By the name of the file they are in. A new concern is a new file, a line here, and one for its thresholds. */
export const CONCERNS: Readonly<Record<string, (context: RuleContext) => RuleGroup>> = {
  availability,
  servers,
  latency,
  saturation,
  health,
  absent,
};
