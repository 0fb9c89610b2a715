import type { RuleContext } from "../context.ts";
import type { RuleGroup } from "../rule.ts";
import { calls } from "./failover/calls.ts";
import { leading } from "./failover/leading.ts";
import { nodes } from "./failover/nodes.ts";
import { store } from "./failover/store.ts";

/** Does one node of a group lead, could another take over, and what did clients lose where it did? */
export function failover(context: RuleContext): RuleGroup {
  return { name: "mcp-failover", rules: [leading, nodes, store, calls].flatMap((part) => part(context)) };
}
