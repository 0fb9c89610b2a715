import { randomUUID } from "node:crypto";
import { z } from "zod";
import { SIDECAR_ERROR } from "../codes.ts";
import { type AdminReply, type AdminRequest, problem } from "../listeners/admin-route.ts";
import type { Order } from "./orders.ts";

const node = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, { error: "must be the name of a node" });
/** Shown in the history, so it is short and plain. */
const by = z.string().regex(/^[\x20-\x7e]{1,100}$/, { error: "must be 1 to 100 plain characters" }).default("api");

/** The bodies of the routes. `by` says who asks, for the history. */
export const WISHES = {
  switchover: z.strictObject({ leader: node, candidate: node.optional(), at: z.iso.datetime({ offset: true, error: "must be a time like 2026-11-21T03:00:00Z" }).optional(), by }),
  failover: z.strictObject({ candidate: node, force: z.boolean().default(false), by }),
  headStart: z.strictObject({ requestId: z.string().min(1).max(128), candidate: node }),
  pause: z.strictObject({ alone: z.boolean().default(false), by }),
  promote: z.strictObject({ role: z.enum(["primary", "standby"], { error: "must be primary or standby" }), by }),
  floor: z.strictObject({ by }),
};

/** The wish in a body, or what is wrong with it. No body is an empty one. */
export function wishOf<T>(schema: z.ZodType<T>, { body = {} }: AdminRequest): T | AdminReply {
  const read = schema.safeParse(body);
  if (read.success) return read.data;
  const problems = read.error.issues.map(({ path, message }) => `${path.join(".") || "the body"}: ${message}`);
  return problem(400, SIDECAR_ERROR.requestMalformed, `${problems.join("; ")}. See /api/v1/openapi.json.`);
}

export function orderOf({ requestId, query }: AdminRequest, by: string): Order {
  return { id: requestId ?? randomUUID(), by, dryRun: ["1", "true"].includes(query.dryRun ?? "") };
}

export function schemaOf(schema: z.ZodType): object {
  return z.toJSONSchema(schema, { io: "input" });
}

export function isReply(value: unknown): value is AdminReply {
  return typeof value === "object" && value !== null && "status" in value && "body" in value;
}
