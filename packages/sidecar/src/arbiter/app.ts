import type { HttpBindings } from "@hono/node-server";
import { ARBITER_PATH, type Arbiter, askArbiter } from "@mcp-ops/failover";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { SIDECAR_ERROR } from "../codes.ts";
import { problem } from "../listeners/admin-route.ts";
import { type Failures, sameToken } from "../listeners/guard.ts";

export interface ArbiterFacts {
  readonly arbiter: Arbiter;
  /** Tokens by node. */
  readonly tokens: ReadonlyMap<string, string>;
  readonly allows: (host: string | undefined) => boolean;
  readonly failures: Failures;
}

type Env = { Bindings: HttpBindings; Variables: { node: string } };

/** No question is longer. */
const MAX_BODY_BYTES = 8 * 1024;

/** The listener of the arbiter: questions of nodes, each with its token. */
export function arbiterApp({ arbiter, tokens, allows, failures }: ArbiterFacts): Hono {
  const app = new Hono<Env>();
  app.use(async (context, next) => {
    context.header("Cache-Control", "no-store");
    if (!allows(context.req.header("host"))) {
      return refuse(
        context,
        403,
        SIDECAR_ERROR.hostRefused,
        "This host name may not ask here. Add it to arbiter.hosts if it should.",
      );
    }
    const shown = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(context.req.header("authorization") ?? "")?.[1];
    const node = shown === undefined ? undefined : nodeOfToken(tokens, shown);
    // A right token is never kept waiting for the wrong ones of others: whoever shares an address with the holder could cost it the lease.
    if (node === undefined) return stranger(context, shown !== undefined, failures);
    context.set("node", node);
    return next();
  });
  app.get(`${ARBITER_PATH}/status`, (context) => context.json(arbiter.status()));
  app.post(`${ARBITER_PATH}/:verb`, bodyLimit({ maxSize: MAX_BODY_BYTES }), async (context) => {
    const asked: unknown = await context.req.json().catch(() => undefined);
    const { status, body } = await askArbiter(arbiter, context.get("node"), context.req.param("verb"), asked);
    return context.json(body, status);
  });
  // Bindings are what @hono/node-server gives every request; the type parameter matters only in here.
  return app as unknown as Hono;
}

function stranger(context: Context<Env>, hasShown: boolean, failures: Failures): Response {
  const address = context.env.incoming.socket.remoteAddress ?? "socket";
  const waitMs = failures.waitMs(address);
  if (waitMs > 0) {
    context.header("Retry-After", String(Math.ceil(waitMs / 1000)));
    const text = "Too many wrong tokens came from this address. Wait, then try with the right one.";
    return refuse(context, 429, SIDECAR_ERROR.tokenRefused, text);
  }
  if (hasShown) failures.add(address);
  context.header("WWW-Authenticate", 'Bearer realm="mcp-ops arbiter"');
  const text = `This needs the header "Authorization: Bearer", with a token of arbiter.nodes.`;
  return refuse(context, 401, SIDECAR_ERROR.tokenRefused, text);
}

/** All are compared, so that the time tells nothing of which was alike. */
function nodeOfToken(tokens: ReadonlyMap<string, string>, shown: string): string | undefined {
  const alike = [...tokens].filter(([, token]) => sameToken(shown, token));
  return alike[0]?.[0];
}

function refuse(context: Context, status: 401 | 403 | 429, code: string, message: string): Response {
  return context.json(problem(400, code, message).body, status);
}
