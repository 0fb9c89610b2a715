import type { HttpBindings } from "@hono/node-server";
import { type Context, Hono, type MiddlewareHandler } from "hono";
import { routePath } from "hono/route";
import { SIDECAR_ERROR } from "../codes.ts";
import type { Log } from "../log.ts";
import { type AdminReply, type AdminRoute, API, problem, wholePath } from "./admin-route.ts";
import { type Failures, sameToken } from "./guard.ts";
import { openApiDocument } from "./openapi.ts";
import { readRequest } from "./read-request.ts";

export interface AdminFacts {
  readonly routes: readonly AdminRoute[];
  readonly token: string | undefined;
  /** Who reaches a Unix socket is its owner: reading needs no token there. */
  readonly onSocket: boolean;
  /** Who connects has shown a certificate that we trust. */
  readonly asksCertificate: boolean;
  readonly allows: (host: string | undefined) => boolean;
  readonly failures: Failures;
  /** Counts into `mcp_ops_admin_refusals_total`. */
  readonly refused: (reason: "host" | "token" | "rate") => void;
  readonly log: Log;
}

type Env = { Bindings: HttpBindings };

/** The listener `admin`: everything that is not a probe, under `/api/v1`. */
export function adminApp(facts: AdminFacts): Hono {
  const app = new Hono<Env>();
  app.use(requestLog(facts.log), hostJudge(facts), tokenJudge(facts));
  const document: AdminRoute = {
    method: "get",
    path: "/openapi.json",
    about: "This API as an OpenAPI 3.1 document",
    respond: async () => ({ status: 200, body: openApiDocument(all) }),
  };
  const all = [document, ...facts.routes];
  for (const route of all) {
    app.on(route.method.toUpperCase(), honoPath(route), async (context) => {
      // Where there is a token, whoever came as far as this has shown it.
      const isKnown = facts.token !== undefined || facts.onSocket || facts.asksCertificate;
      const request = await readRequest(context.req, isKnown);
      return json(context, "status" in request ? request : await route.respond(request));
    });
  }
  for (const path of new Set(all.map(honoPath))) offerMethods(app, path, all);
  app.notFound((context) =>
    json(
      context,
      problem(404, SIDECAR_ERROR.noSuchRoute, `There is no such page. ${API}/openapi.json lists those that are.`),
    ),
  );
  app.onError((error, context) => {
    facts.log("error", `A request failed: ${error.message}`);
    return json(
      context,
      problem(500, SIDECAR_ERROR.requestFailed, "This request failed. The log of the daemon says why."),
    );
  });
  // Bindings are what @hono/node-server gives every request; the type parameter matters only in here.
  return app as unknown as Hono;
}

/** `/duties/{name}/restart` as Hono writes it. */
function honoPath(route: AdminRoute): string {
  return wholePath(route).replace(/\{(\w+)\}/g, ":$1");
}

function offerMethods(app: Hono<Env>, path: string, routes: readonly AdminRoute[]): void {
  const methods = routes.filter((route) => honoPath(route) === path).map(({ method }) => method.toUpperCase());
  const allow = [...methods, ...(methods.includes("GET") ? ["HEAD"] : []), "OPTIONS"].join(", ");
  app.options(path, (context) => context.body(null, 204, { Allow: allow }));
  app.all(path, (context) => {
    context.header("Allow", allow);
    return context.json({ error: { code: SIDECAR_ERROR.noSuchRoute, message: `Here are only: ${allow}.` } }, 405);
  });
}

function hostJudge({ allows, refused }: AdminFacts): MiddlewareHandler<Env> {
  return async (context, next) => {
    context.header("Cache-Control", "no-store");
    context.header("X-Content-Type-Options", "nosniff");
    if (allows(context.req.header("host"))) return next();
    refused("host");
    const message = "This host name may not ask here. Add it to admin.hosts if it should.";
    return context.json({ error: { code: SIDECAR_ERROR.hostRefused, message } }, 403);
  };
}

/** Reading is free where no token is set or the socket says who asks; changing something always takes the token. */
function tokenJudge(facts: AdminFacts): MiddlewareHandler<Env> {
  const { token, onSocket, failures, refused } = facts;
  return async (context, next) => {
    const isSafe = ["GET", "HEAD", "OPTIONS"].includes(context.req.method);
    if (isSafe && (token === undefined || onSocket)) return next();
    if (token === undefined) {
      const message = "Nothing can be changed here, because no token is set. Set admin.token in the config.";
      return context.json({ error: { code: SIDECAR_ERROR.tokenRefused, message } }, 403);
    }
    const address = context.env.incoming.socket.remoteAddress ?? "socket";
    const waitMs = failures.waitMs(address);
    if (waitMs > 0) {
      refused("rate");
      context.header("Retry-After", String(Math.ceil(waitMs / 1000)));
      const message = "Too many wrong tokens came from this address. Wait, then try with the right one.";
      return context.json({ error: { code: SIDECAR_ERROR.tokenRefused, message } }, 429);
    }
    const shown = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(context.req.header("authorization") ?? "")?.[1];
    if (shown !== undefined && sameToken(shown, token)) return next();
    if (shown !== undefined) failures.add(address);
    refused("token");
    context.header("WWW-Authenticate", 'Bearer realm="mcp-ops"');
    const message = `This needs the header "Authorization: Bearer", with the token that admin.token of the config leads to.`;
    return context.json({ error: { code: SIDECAR_ERROR.tokenRefused, message } }, 401);
  };
}

/** The pattern of the path, not the path: what a client writes into it is not for the log. */
function requestLog(log: Log): MiddlewareHandler<Env> {
  return async (context, next) => {
    const begun = performance.now();
    await next();
    const route = routePath(context, -1);
    const ms = Math.round((performance.now() - begun) * 10) / 10;
    const { method } = context.req;
    log("info", "request", { method: METHODS.has(method) ? method : "_other", route, status: context.res.status, ms });
  };
}

const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]);

function json(context: Context, { status, body, retryAfterMs }: AdminReply): Response {
  if (retryAfterMs !== undefined) context.header("Retry-After", String(Math.ceil(retryAfterMs / 1000)));
  if (body instanceof Uint8Array) return context.body(body, status, { "Content-Type": "application/octet-stream" });
  return context.json(body, status);
}
