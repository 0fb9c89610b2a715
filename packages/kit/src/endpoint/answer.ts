import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { acceptsGzip } from "./preferences.ts";
import { plain, type Reply, type Route } from "./route.ts";

const compress = promisify(gzip);

/** Below this a compressed body saves nothing: it fits into one packet anyway. */
const MIN_GZIP_BYTES = 1400;

/**
 * Answers requests from a table of routes; `allows` judges the `Host` header. Never throws. Whoever has not read its answer
 * within `answerMs` is cut off: a reader that takes one byte at a time is never idle.
 */
export function answering(
  routes: readonly Route[],
  allows: (host: string | undefined) => boolean,
  answerMs: number,
): RequestListener {
  const byPath = new Map(routes.map((route) => [route.path, route]));
  return (request, response) => {
    const deadline = setTimeout(() => response.destroy(), answerMs).unref();
    response.once("close", () => clearTimeout(deadline));
    replyTo(request, byPath, allows)
      .then((reply) => send(request, response, reply))
      .catch(() => response.destroy());
  };
}

async function replyTo(
  request: IncomingMessage,
  byPath: ReadonlyMap<string, Route>,
  allows: (host: string | undefined) => boolean,
): Promise<Reply> {
  if (!allows(request.headers.host)) {
    return plain(403, "This host name may not ask here. Add it to the option `hosts` of opsEndpoint() if it should.");
  }
  const url = parseTarget(request.url);
  const route = url && byPath.get(url.pathname);
  if (url === undefined || route === undefined) return plain(404, "There is no such page. See / for those that are.");
  if (request.method !== "GET" && request.method !== "HEAD") return plain(405, "This page can only be read.");
  try {
    return await route.respond({ headers: request.headers, query: url.searchParams });
  } catch {
    return plain(500, "This page failed.");
  }
}

function parseTarget(target: string | undefined): URL | undefined {
  return URL.parse(target ?? "/", "http://localhost") ?? undefined;
}

async function send(request: IncomingMessage, response: ServerResponse, reply: Reply): Promise<void> {
  const plainBody = Buffer.from(reply.body);
  const zipped = plainBody.length >= MIN_GZIP_BYTES && acceptsGzip(String(request.headers["accept-encoding"] ?? ""));
  const body = zipped ? await compress(plainBody) : plainBody;
  response.writeHead(reply.status, {
    "Content-Type": reply.contentType,
    "Content-Length": body.length,
    ...(zipped && { "Content-Encoding": "gzip" }),
    ...(reply.status === 405 && { Allow: "GET, HEAD" }),
    Vary: [...(reply.vary ?? []), "Accept-Encoding"].join(", "),
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
  });
  response.end(request.method === "HEAD" ? undefined : body);
}
