import type { Refusal } from "@mcp-ops/failover";
import { SIDECAR_ERROR } from "../codes.ts";
import { type AdminReply, problem } from "../listeners/admin-route.ts";
import type { Agent } from "./agent.ts";

/** What a refusal is over HTTP, as operators know it from Patroni's API. */
const STATUS: Readonly<Record<Refusal, AdminReply["status"]>> = {
  closed: 503,
  paused: 423,
  busy: 409,
  "not-leading": 412,
  "other-leader": 412,
  "candidate-leads": 412,
  leading: 412,
  "not-eligible": 412,
};

/** What the statuses of these routes mean; part of the OpenAPI document. */
export const MEANINGS = {
  200: "Done.",
  202: "Under way, or planned.",
  400: "The request is not as it must be. Nothing was done.",
  404: "There is no failover here, or nothing of that kind.",
  409: "Something else is under way, or another node leads.",
  412: "A condition is not met: another leader, or a candidate that may not lead.",
  423: "The group is paused.",
  503: "This node cannot do it now.",
} as const;

export function refusal(agent: Agent, code: Refusal, text: string): AdminReply {
  return withPrimary(agent, problem(STATUS[code], SIDECAR_ERROR.failoverRefused, `${text}`), { refusal: code });
}

/** With who leads, as far as is known: whom to ask instead. */
export function withPrimary(agent: Agent, { status, body }: AdminReply, more: object = {}): AdminReply {
  const retry = status === 503 ? { retryAfterMs: agent.status.retryAfterMs } : {};
  return { status, body: { ...body, ...more, primary: agent.primary() ?? null }, ...retry };
}
