import { arbiterPlan } from "../arbiter/duty.ts";
import { auditPlan } from "../audit/duty.ts";
import { backupPlan } from "../backup/duty.ts";
import { costPlan } from "../cost/duty.ts";
import { failoverPlan } from "../failover/duty.ts";
import { fleetPlan } from "../fleet/duty.ts";
import { sloPlan } from "../slo/duty.ts";
import type { DutyPlan } from "./duty.ts";

/** Every duty there is. A new one is a module and a line here. */
export const DUTY_PLANS: readonly DutyPlan[] = [
  fleetPlan,
  backupPlan,
  failoverPlan,
  arbiterPlan,
  costPlan,
  sloPlan,
  auditPlan,
];
