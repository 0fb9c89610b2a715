import type { Verb } from "../verb.ts";
import { addAdvise } from "./failover/advise.ts";
import { addDrill } from "./failover/drill.ts";
import { addHistory } from "./failover/history.ts";
import { addOrders } from "./failover/orders.ts";
import { addStatus } from "./failover/status.ts";

/** `mcp-ops failover …`: asks the sidecar of this machine, which asks the others. */
export const failover: Verb = (program, terminal, end) => {
  const group = program.command("failover").description("See who leads a group of servers, and hand the lead over.");
  for (const add of [addStatus, addHistory, addOrders, addDrill, addAdvise]) add(group, terminal, end);
};
