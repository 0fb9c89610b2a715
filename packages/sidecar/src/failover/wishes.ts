import { randomUUID } from "node:crypto";
import { z } from "zod";
import { SIDECAR_ERROR } from "../codes.ts";
import { type AdminReply, type AdminRequest, problem } from "../listeners/admin-route.ts";
import type { Order } from "./orders.ts";

const node = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, { error: "must be the name of a node" });
/** Shown in the history, so it is short and plain. */
const by = z
  .string()
  .regex(/^[\x20-\x7e]{1,100}$/, { error: "must be 1 to 100 plain characters" })
  .default("api");

interface Wish {
  /** Who asks, for the history. */
  readonly by: string;
}

export interface SwitchoverWish extends Wish {
  readonly leader: string;
  readonly candidate?: string | undefined;
  /** ISO 8601, with the offset from UTC. */
  readonly at?: string | undefined;
}

export interface FailoverWish extends Wish {
  readonly candidate: string;
  readonly force: boolean;
}

export interface HeadStartWish extends Wish {
  readonly requestId: string;
  readonly candidate: string;
}

interface PauseWish extends Wish {
  /** Not the others of the group. */
  readonly alone: boolean;
}

interface PromoteWish extends Wish {
  readonly role: "primary" | "standby";
}

const time = z.iso.datetime({ offset: true, error: "must be a time like 2026-11-21T03:00:00Z" });
const role = z.enum(["primary", "standby"], { error: "must be primary or standby" });

/** The bodies of the routes. */
export const PLAIN_WISH: z.ZodType<Wish> = z.strictObject({ by });
export const SWITCHOVER_WISH: z.ZodType<SwitchoverWish> = z.strictObject({
  leader: node,
  candidate: node.optional(),
  at: time.optional(),
  by,
});
export const FAILOVER_WISH: z.ZodType<FailoverWish> = z.strictObject({
  candidate: node,
  force: z.boolean().default(false),
  by,
});
export const HEAD_START_WISH: z.ZodType<HeadStartWish> = z.strictObject({
  requestId: z.string().min(1).max(128),
  candidate: node,
  by,
});
export const PAUSE_WISH: z.ZodType<PauseWish> = z.strictObject({ alone: z.boolean().default(false), by });
export const PROMOTE_WISH: z.ZodType<PromoteWish> = z.strictObject({ role, by });

/** The wish in a body, or what is wrong with it. No body is an empty one. */
export function wishOf<T>(schema: z.ZodType<T>, { body = {} }: AdminRequest): T | AdminReply {
  const read = schema.safeParse(body);
  if (read.success) return read.data;
  const problems = read.error.issues.map(({ path, message }) => `${path.join(".") || "the body"}: ${message}`);
  return problem(400, SIDECAR_ERROR.requestMalformed, `${problems.join("; ")}. See /api/v1/openapi.json.`);
}

export function orderOf({ requestId, query }: AdminRequest, by: string): Order {
  return { id: requestId ?? randomUUID(), by, dryRun: isYes(query.dryRun), isPassedOn: isYes(query.passedOn) };
}

function isYes(text = ""): boolean {
  return ["1", "true"].includes(text);
}

export function schemaOf(schema: z.ZodType): object {
  return z.toJSONSchema(schema, { io: "input" });
}

export function isReply(value: unknown): value is AdminReply {
  return typeof value === "object" && value !== null && "status" in value && "body" in value;
}
