import type { Answer, Exchange, JsonObject } from "@mcp-ops/exchange";
import { completeResult, isObject, isUnknownMethod } from "./results.ts";

/** The answer to `initialize` or `server/discover`, saying that there are resources. Nothing is claimed about subscriptions. */
export function withResourcesCapability(answer: Answer): Answer {
  if (!("result" in answer)) return answer;
  const { capabilities } = answer.result;
  const known = isObject(capabilities) ? capabilities : {};
  if (known.resources !== undefined) return answer;
  return { result: { ...answer.result, capabilities: { ...known, resources: {} } } };
}

/** The answer to a `…/list`, with our entries at the end of its last page. A server that has no such list gets one. */
export function withEntries(
  exchange: Exchange,
  answer: Answer,
  member: "resources" | "resourceTemplates",
  entries: readonly object[],
  serverInfo: JsonObject | undefined,
): Answer {
  if (isUnknownMethod(answer)) return completeResult(exchange, { [member]: entries }, serverInfo);
  if (!("result" in answer) || entries.length === 0 || !isLastPage(answer.result)) return answer;
  const own = answer.result[member];
  return { result: { ...answer.result, [member]: [...(Array.isArray(own) ? own : []), ...entries] } };
}

export function isLastPage({ nextCursor }: JsonObject): boolean {
  return nextCursor === undefined || nextCursor === null;
}

const KEYS = { resources: "uri", resourceTemplates: "uriTemplate" } as const;

/** URIs or templates that a page of `resources/list` or `resources/templates/list` names. */
export function listed(page: JsonObject, member: keyof typeof KEYS): ReadonlySet<unknown> {
  const entries = page[member];
  return new Set(Array.isArray(entries) ? entries.map((entry: unknown) => isObject(entry) && entry[KEYS[member]]) : []);
}
