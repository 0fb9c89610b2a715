import type { IncomingHttpHeaders } from "node:http";

/** What a route gets to see of a request. */
export interface RouteRequest {
  readonly headers: IncomingHttpHeaders;
  readonly query: URLSearchParams;
}

/** What a route answers; compression, HEAD and length are the server's business. */
export interface Reply {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  /** Request headers the body depends on, for `Vary`. */
  readonly vary?: readonly string[];
}

/** One page of the ops endpoint. All pages are read with GET or HEAD. */
export interface Route {
  readonly path: string;
  /** One line for the index. */
  readonly about: string;
  respond(request: RouteRequest): Reply | Promise<Reply>;
}

/** A JSON document as an answer. */
export function json(status: number, value: object): Reply {
  return { status, contentType: "application/json; charset=utf-8", body: `${JSON.stringify(value)}\n` };
}

/** A plain sentence as an answer. */
export function plain(status: number, sentence: string): Reply {
  return { status, contentType: "text/plain; charset=utf-8", body: `${sentence}\n` };
}
