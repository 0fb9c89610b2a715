import type { HealthSummary } from "@mcp-ops/formats";
import { prefersOpenMetrics } from "@mcp-ops/kit";
import { type Context, Hono } from "hono";
import { compress } from "hono/compress";
import type { Format } from "../exposition/family.ts";
import { CONTENT_TYPE } from "../exposition/render.ts";

/** What the probes tell: nothing but words that are the daemon's own. */
export interface ProbeFacts {
  readonly readiness: () => "ready" | "starting" | "stopping";
  readonly health: () => HealthSummary;
  readonly metrics: (format: Format) => Promise<string>;
  /** Whether a `Host` header may ask. */
  readonly allows: (host: string | undefined) => boolean;
}

const METHODS = "GET, HEAD, OPTIONS";

/** The listener `probes`: GET, HEAD and OPTIONS, no token, no details. */
export function probesApp({ readiness, health, metrics, allows }: ProbeFacts): Hono {
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
  app.use("/metrics", compress({ encoding: "gzip" }));
  page("/livez", (context) => context.text("ok\n"));
  page("/readyz", (context) => context.text(`${readiness()}\n`, readiness() === "ready" ? 200 : 503));
  page("/health", (context) => context.json(health()));
  page("/metrics", async (context) => {
    const format = prefersOpenMetrics(context.req.header("accept")) ? "openMetrics" : "classic";
    return context.body(await metrics(format), 200, { "Content-Type": CONTENT_TYPE[format], Vary: "Accept" });
  });
  app.notFound((context) =>
    context.text("There is no such page. There are /livez, /readyz, /health and /metrics.\n", 404),
  );
  app.onError((_, context) => context.text("This page failed.\n", 500));
  return app;
}
