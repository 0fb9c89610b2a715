import type { RuleContext } from "../context.ts";
import type { RuleGroup } from "../rule.ts";
import { absent } from "./absent.ts";
import { availability } from "./availability.ts";
import { backup } from "./backup.ts";
import { cost } from "./cost.ts";
import { failover } from "./failover.ts";
import { health } from "./health.ts";
import { latency } from "./latency.ts";
import { pipeline } from "./pipeline.ts";
import { saturation } from "./saturation.ts";
import { servers } from "./servers.ts";
import { sidecar } from "./sidecar.ts";
import { slo } from "./slo.ts";

/** By the name of the file they are in. A new concern is a new file, a line here, and one for its thresholds. */
export const CONCERNS: Readonly<Record<string, (context: RuleContext) => RuleGroup>> = {
  availability,
  servers,
  latency,
  saturation,
  health,
  backup,
  pipeline,
  sidecar,
  absent,
  failover,
  cost,
  slo,
};
