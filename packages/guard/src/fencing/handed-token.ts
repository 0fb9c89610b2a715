import { AsyncLocalStorage } from "node:async_hooks";
import type { JsonObject, Observer } from "@mcp-ops/exchange";
import { FENCING_META_KEY, parseToken } from "@mcp-ops/formats";

/** What the gate puts a token into, for the handler behind it. */
export interface Hand {
  token: string | undefined;
}

// By a global symbol, so that a second copy of this package in the process reads what the first one hands over.
const SHARED = Symbol.for("mcp-ops.guard.token.v1");
const shared = globalThis as { [SHARED]?: AsyncLocalStorage<Hand> };
shared[SHARED] ??= new AsyncLocalStorage<Hand>();
const hands: AsyncLocalStorage<Hand> = shared[SHARED];

/**
 * The fencing token of the call that is being handled, to be sent along with everything it writes; undefined outside of a call that may change
 * something.
 */
export function fencingToken(): bigint | undefined {
  const token = hands.getStore()?.token;
  return token === undefined ? undefined : parseToken(token);
}

/** Runs an exchange so that the token it is given inside reaches its handler. */
export function lend<R>(work: (hand: Hand) => R): R {
  const hand: Hand = { token: undefined };
  return hands.run(hand, work, hand);
}

/** The params with the token, for a server in another process too. */
export function withToken(params: JsonObject, token: string): JsonObject {
  const hand = hands.getStore();
  if (hand !== undefined) hand.token = token;
  const meta = typeof params._meta === "object" && params._meta !== null ? params._meta : {};
  return { ...params, _meta: { ...meta, [FENCING_META_KEY]: token } };
}

/** Hands on the token that a role gate in front of this process has put into the request. */
export const tokenFromFront: Observer = (exchange, next) =>
  lend((hand) => {
    const token = exchange.meta?.[FENCING_META_KEY];
    if (typeof token === "string") hand.token = token;
    return next();
  });
