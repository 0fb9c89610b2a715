import type { Exchange } from "@mcp-ops/exchange";

/** What an exchange needs of the node: nothing, to be current, or to lead. */
export type Need = "nothing" | "read" | "lead";

/** What belongs to the connection alone. */
const ALWAYS = new Set(["initialize", "ping", "server/discover", "logging/setLevel"]);

const READS = new Set([
  "completion/complete",
  "prompts/get",
  "prompts/list",
  "resources/directory/read",
  "resources/list",
  "resources/read",
  "resources/subscribe",
  "resources/templates/list",
  "resources/unsubscribe",
  "skills/get",
  "skills/list",
  "subscriptions/listen",
  "tasks/get",
  "tasks/list",
  "tasks/result",
  "tools/list",
]);

/** Of a method nobody has heard of, and of a tool nobody has called a reading one, it must be assumed that it changes something. */
export function needOf({ direction, method, target }: Exchange, isReading: (tool: string) => boolean): Need {
  if (direction === "outbound" || ALWAYS.has(method)) return "nothing";
  if (READS.has(method)) return "read";
  return method === "tools/call" && target !== undefined && isReading(target) ? "read" : "lead";
}
