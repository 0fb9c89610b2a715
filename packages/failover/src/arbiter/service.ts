import { nodeOf } from "../holder.ts";
import type { LeaseHolder } from "../lease-store.ts";
import type { Arbiter } from "./arbiter.ts";
import { ARBITER_QUESTIONS, type ArbiterVerb, type Asked } from "./wire.ts";

export interface ArbiterReply {
  readonly status: 200 | 400 | 403 | 404 | 409 | 503;
  readonly body: object;
}

/** A watch is answered after this at the latest; below the time after which listeners give up on an answer. */
const WATCH_MS = 20_000;

type Verbs = { readonly [Verb in ArbiterVerb]: (arbiter: Arbiter, asked: Asked<Verb>) => object | Promise<object> };

const VERBS: Verbs = {
  acquire(arbiter, { group, holder, ttlMs }) {
    const acquired = arbiter.acquire(group, holder, ttlMs);
    if (acquired.kind === "held") return { kind: "held", by: written(acquired.by) };
    return { kind: "granted", token: acquired.grant.token.toString() };
  },
  renew: (arbiter, { group, ...claim }) => ({ kind: arbiter.renew({ name: group, ...claim }) }),
  release(arbiter, { group, ...claim }) {
    arbiter.release({ name: group, ...claim });
    return {};
  },
  read(arbiter, { group }) {
    const by = arbiter.read(group);
    return by === undefined ? {} : { by: written(by) };
  },
  async watch(arbiter, { group, version }) {
    await arbiter.changed(group, version, AbortSignal.timeout(WATCH_MS));
    return { version: arbiter.version(group) };
  },
  "raise-floor": (arbiter, { group, above }) => ({ incarnation: arbiter.raiseFloor(group, above) }),
};

/**
 * Answers one question that came over the network.
 * @param node who asks, as its token has shown; it may act for holders of its own only
 * @param verb the last part of the path
 */
export async function askArbiter(arbiter: Arbiter, node: string, verb: string, body: unknown): Promise<ArbiterReply> {
  if (!isVerb(verb))
    return problem(404, "FAILOVER_OPTIONS_INVALID", `An arbiter is asked ${Object.keys(VERBS).join(", ")}.`);
  const asked = ARBITER_QUESTIONS[verb].safeParse(body);
  if (!asked.success) {
    return problem(
      400,
      "FAILOVER_OPTIONS_INVALID",
      "This is not how an arbiter is asked. Use the same version of mcp-ops on all nodes.",
    );
  }
  const { holder } = asked.data as { holder?: string };
  if (holder !== undefined && nodeOf(holder) !== node)
    return problem(403, "FAILOVER_ARBITER_FORBIDDEN", forbidden(node));
  try {
    const answer = VERBS[verb] as (arbiter: Arbiter, asked: unknown) => object | Promise<object>;
    return { status: 200, body: await answer(arbiter, asked.data) };
  } catch (error) {
    const { code = "", message } = error as { code?: string; message: string };
    return problem(statusOf(code), code.startsWith("FAILOVER_") ? code : "FAILOVER_LEDGER_UNUSABLE", message);
  }
}

function isVerb(verb: string): verb is ArbiterVerb {
  return Object.hasOwn(VERBS, verb);
}

function statusOf(code: string): ArbiterReply["status"] {
  if (code === "FAILOVER_TTL_TOO_SHORT" || code === "FAILOVER_OPTIONS_INVALID") return 400;
  return code === "FAILOVER_ARBITER_WAITS" ? 409 : 503;
}

function forbidden(node: string): string {
  return `This token is of the node ${node}, which may act in its own name only. Give each node the token of its own.`;
}

function problem(status: ArbiterReply["status"], code: string, message: string): ArbiterReply {
  return { status, body: failure(code, message) };
}

function failure(code: string, message: string): object {
  return { error: { code, message } };
}

function written({ holder, token }: LeaseHolder): object {
  return { holder, token: token.toString() };
}
