import type { HttpBindings } from "@hono/node-server";
import { ARBITER_PATH, type Arbiter, askArbiter } from "@mcp-ops/failover";
import { type Context, Hono, type MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { SIDECAR_ERROR } from "../codes.ts";
import { problem } from "../listeners/admin-route.ts";
import { type Failures, sameToken } from "../listeners/guard.ts";
import type { ArbiterFigures } from "./figures.ts";

export interface ArbiterFacts {
  readonly arbiter: Arbiter;
  /** Tokens by node. */
  readonly tokens: ReadonlyMap<string, string>;
  readonly allows: (host: string | undefined) => boolean;
  readonly failures: Failures;
  readonly figures: ArbiterFigures;
}

type Env = { Bindings: HttpBindings; Variables: { node: string } };

/** No question is longer. */
const MAX_BODY_BYTES = 8 * 1024;

/** The listener of the arbiter: questions of nodes, each with its token. */
export function arbiterApp(facts: ArbiterFacts): Hono {
  const { arbiter, figures } = facts;
  const app = new Hono<Env>();
  app.use(hostJudge(facts), tokenJudge(facts));
  app.get(`${ARBITER_PATH}/status`, (context) => context.json(arbiter.status()));
  app.post(`${ARBITER_PATH}/:verb`, bodyLimit({ maxSize: MAX_BODY_BYTES }), async (context) => {
    const asked: unknown = await context.req.json().catch(() => undefined);
    const verb = context.req.param("verb");
    const reply = await askArbiter(arbiter, context.get("node"), verb, asked);
    figures.answered(verb, reply);
    return context.json(reply.body, reply.status);
  });
  // Bindings are what @hono/node-server gives every request; the type parameter matters only in here.
  return app as unknown as Hono;
}

function hostJudge({ allows, figures }: ArbiterFacts): MiddlewareHandler<Env> {
  return async (context, next) => {
    context.header("Cache-Control", "no-store");
    if (allows(context.req.header("host"))) return next();
    figures.refused("host");
    const message = "This host name may not ask here. Add it to arbiter.hosts if it should.";
    return refuse(context, 403, SIDECAR_ERROR.hostRefused, message);
  };
}

/** A right token is never kept waiting for the wrong ones of others: whoever shares an address with the holder could cost it the lease. */
function tokenJudge({ tokens, failures, figures }: ArbiterFacts): MiddlewareHandler<Env> {
  return async (context, next) => {
    const shown = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(context.req.header("authorization") ?? "")?.[1];
    const node = shown === undefined ? undefined : nodeOfToken(tokens, shown);
    if (node === undefined) return stranger(context, shown !== undefined, failures, figures);
    context.set("node", node);
    return next();
  };
}

function stranger(context: Context<Env>, hasShown: boolean, failures: Failures, figures: ArbiterFigures): Response {
  const address = context.env.incoming.socket.remoteAddress ?? "socket";
  const waitMs = failures.waitMs(address);
  if (waitMs > 0) {
    figures.refused("rate");
    context.header("Retry-After", String(Math.ceil(waitMs / 1000)));
    const message = "Too many wrong tokens came from this address. Wait, then try with the right one.";
    return refuse(context, 429, SIDECAR_ERROR.tokenRefused, message);
  }
  if (hasShown) failures.add(address);
  figures.refused("token");
  context.header("WWW-Authenticate", 'Bearer realm="mcp-ops arbiter"');
  const message = `This needs the header "Authorization: Bearer", with a token of arbiter.nodes.`;
  return refuse(context, 401, SIDECAR_ERROR.tokenRefused, message);
}

/** All are compared, so that the time tells nothing of which was alike. */
function nodeOfToken(tokens: ReadonlyMap<string, string>, shown: string): string | undefined {
  const alike = [...tokens].filter(([, token]) => sameToken(shown, token));
  return alike[0]?.[0];
}

function refuse(context: Context, status: 401 | 403 | 429, code: string, message: string): Response {
  return context.json(problem(400, code, message).body, status);
}
