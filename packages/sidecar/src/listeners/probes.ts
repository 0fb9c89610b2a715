import type { HealthSummary } from "@mcp-ops/formats";
import { prefersOpenMetrics } from "@mcp-ops/kit";
import { type Context, Hono } from "hono";
import { compress } from "hono/compress";
import type { Format } from "../exposition/family.ts";
import { CONTENT_TYPE } from "../exposition/render.ts";
import type { ProbePage, ProbeReply } from "./probe-page.ts";

/** What the probes tell: nothing but words that are the daemon's own. */
export interface ProbeFacts {
  readonly readiness: () => "ready" | "starting" | "stopping";
  readonly health: () => HealthSummary;
  readonly metrics: (format: Format) => Promise<string>;
  /** What the duties add. */
  readonly pages: readonly ProbePage[];
  /** Whether a `Host` header may ask. */
  readonly allows: (host: string | undefined) => boolean;
}

/** The one page on which daemon and duties have to agree. */
const READYZ = "/readyz";

const METHODS = "GET, HEAD, OPTIONS";

/** The listener `probes`: GET, HEAD and OPTIONS, no token, no details. */
export function probesApp({ readiness, health, metrics, pages, allows }: ProbeFacts): Hono {
  const app = new Hono();
  app.use(async (context, next) => {
    context.header("Cache-Control", "no-store");
    context.header("X-Content-Type-Options", "nosniff");
    if (allows(context.req.header("host"))) return next();
    return context.text("This host name may not ask here. Add it to probes.hosts if it should.\n", 403);
  });
  const page = (path: string, answer: (context: Context) => Response | Promise<Response>) => {
    app.get(path, answer);
    app.options(path, (context) => context.body(null, 204, { Allow: METHODS }));
    app.all(path, (context) => context.text("This page can only be read.\n", 405, { Allow: METHODS }));
  };
  const own: ProbePage = { path: READYZ, respond: () => readyReply(readiness()) };
  const told = together([own, ...pages]);
  app.use("/metrics", compress({ encoding: "gzip" }));
  page("/livez", (context) => context.text("ok\n"));
  for (const { path, respond } of told) {
    // HAProxy asks by OPTIONS where nobody tells it otherwise, and reads the status.
    app.options(path, async (context) => {
      const { status } = await respond(context.req.query());
      return context.body(null, status, { Allow: METHODS });
    });
    page(path, async (context) => show(context, await respond(context.req.query())));
  }
  page("/health", (context) => context.json(health()));
  page("/metrics", async (context) => {
    const format = prefersOpenMetrics(context.req.header("accept")) ? "openMetrics" : "classic";
    return context.body(await metrics(format), 200, { "Content-Type": CONTENT_TYPE[format], Vary: "Accept" });
  });
  const known = ["/livez", ...told.map(({ path }) => path), "/health", "/metrics"].join(", ");
  app.notFound((context) => context.text(`There is no such page. There are ${known}.\n`, 404));
  app.onError((_, context) => context.text("This page failed.\n", 500));
  return app;
}

function readyReply(readiness: "ready" | "starting" | "stopping"): ProbeReply {
  return { status: readiness === "ready" ? 200 : 503, body: `${readiness}\n` };
}

/** Of pages at one path the first that is not well is shown. */
function together(pages: readonly ProbePage[]): readonly ProbePage[] {
  const byPath = Map.groupBy(pages, ({ path }) => path);
  return [...byPath].map(([path, ofPath]) => ({
    path,
    respond: async (query) => {
      const replies = await Promise.all(ofPath.map(({ respond }) => respond(query)));
      return (replies.find(({ status }) => status !== 200) ?? replies.at(-1)) as ProbeReply;
    },
  }));
}

function show(context: Context, { status, body }: ProbeReply): Response {
  return typeof body === "string" ? context.text(body, status) : context.json(body, status);
}
