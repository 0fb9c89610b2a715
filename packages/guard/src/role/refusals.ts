import type { Answer } from "@mcp-ops/exchange";
import { OPS_RPC } from "@mcp-ops/formats";
import type { RoleView } from "./role-view.ts";

/** When nobody has said when asking again makes sense. */
const USUAL_RETRY_MS = 1_000;

/** Nothing has been done: the client, or a load balancer by the status, may ask elsewhere. */
export function refusal(role: RoleView): Answer {
  const { data, where } = whereabouts(role);
  const what = role.said?.draining === true ? "is about to hand over" : "does not lead its group";
  const message = `This server ${what}, and changes nothing. Nothing has been done. ${where}`;
  return { error: { code: OPS_RPC.notPrimary, message, data }, http: { status: 503, retryAfterMs: data.retryAfterMs } };
}

/** The call was under way when this process stopped leading. */
export function revocation(role: RoleView): Answer {
  const { data, where } = whereabouts(role);
  const message = `This server stopped leading its group while it worked on the call, and has given it up. What it has done of it is not known: look before you ask again. ${where}`;
  return { error: { code: OPS_RPC.revoked, message, data } };
}

function whereabouts({ said }: RoleView) {
  const { primary, node, retryAfterMs = USUAL_RETRY_MS } = said ?? {};
  const data = { primary: primary?.node ?? null, url: primary?.url ?? null, retryAfterMs };
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1000));
  const here = `or here in ${seconds} s`;
  if (primary === undefined || primary.node === node)
    return { data, where: `Who leads is not known now: ask again in ${seconds} s.` };
  const at = primary.url === undefined ? "" : ` at ${primary.url}`;
  return { data, where: `The primary is ${primary.node}${at}: ask there, ${here}.` };
}
