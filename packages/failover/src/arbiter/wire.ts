import { parseToken } from "@mcp-ops/formats";
import { z } from "zod";
import type { LeaseHolder } from "../lease-store.ts";

/** Where an arbiter is asked: `/v1/acquire` and so on, each a POST of JSON. Tokens are decimal strings there. */
export const ARBITER_PATH = "/v1";

interface Group {
  readonly group: string;
}

type GroupClaim = Group & LeaseHolder;

/** What is asked of an arbiter, by the last part of the path, and what it answers. */
interface Verbs {
  readonly acquire: {
    readonly asked: Group & { readonly holder: string; readonly ttlMs: number };
    readonly answered:
      | { readonly kind: "granted"; readonly token: bigint }
      | { readonly kind: "held"; readonly by: LeaseHolder };
  };
  readonly renew: { readonly asked: GroupClaim; readonly answered: { readonly kind: "renewed" | "lost" } };
  readonly release: { readonly asked: GroupClaim; readonly answered: object };
  readonly read: { readonly asked: Group; readonly answered: { readonly by?: LeaseHolder | undefined } };
  readonly watch: {
    readonly asked: Group & { readonly version: string };
    readonly answered: { readonly version: string };
  };
  readonly "raise-floor": {
    readonly asked: Group & { readonly above: bigint };
    readonly answered: { readonly incarnation: number };
  };
}

export type ArbiterVerb = keyof Verbs;
export type Asked<Verb extends ArbiterVerb> = Verbs[Verb]["asked"];
export type Answered<Verb extends ArbiterVerb> = Verbs[Verb]["answered"];

const token = z
  .string()
  .refine((text) => parseToken(text) !== undefined)
  .transform(BigInt);
const name = z.string().min(1).max(200);
const group = { group: name };
const claim = { group: name, holder: name, token };
const holder = z.object({ holder: name, token });

export const ARBITER_QUESTIONS: { readonly [Verb in ArbiterVerb]: z.ZodType<Asked<Verb>> } = {
  acquire: z.strictObject({ ...group, holder: name, ttlMs: z.number().int().positive() }),
  renew: z.strictObject(claim),
  release: z.strictObject(claim),
  read: z.strictObject(group),
  watch: z.strictObject({ ...group, version: z.string().max(200) }),
  "raise-floor": z.strictObject({ ...group, above: token }),
};

export const ARBITER_ANSWERS: { readonly [Verb in ArbiterVerb]: z.ZodType<Answered<Verb>> } = {
  acquire: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("granted"), token }),
    z.object({ kind: z.literal("held"), by: holder }),
  ]),
  renew: z.object({ kind: z.enum(["renewed", "lost"]) }),
  // Whatever else answers with JSON says neither that nobody leads, nor that a lease was taken back.
  release: z.strictObject({}),
  read: z.strictObject({ by: holder.optional() }),
  watch: z.object({ version: z.string() }),
  "raise-floor": z.object({ incarnation: z.number().int() }),
};
