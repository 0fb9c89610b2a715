import type { IncomingMessage, ServerResponse } from "node:http";
import type { HttpLine, Message, Mover, Passing, Proxied } from "@mcp-ops/tap";
import { postBeside } from "./beside.ts";
import { ClientReply } from "./client-reply.ts";
import { besideHeaders, type Changes, requestHeaders } from "./headers.ts";
import { UpstreamCall, type Waiting } from "./upstream-call.ts";
import type { Upstream, Upstreams } from "./upstreams.ts";

/** What the passages of one proxy share. */
export interface Road {
  readonly proxied: Proxied;
  readonly upstreams: Upstreams;
  /** Which upstream a session is at home at. */
  readonly homes: WeakMap<HttpLine, Upstream>;
  readonly rewriteHost: boolean;
  /** For what has no deadline of its own, in milliseconds. */
  readonly usualMs: number;
  readonly realTimeMs: number;
  readonly open: Set<Passage>;
}

const LATE = "The server behind this proxy has not answered in time. Try again later.";
const GONE = "The server behind this proxy cannot be reached, or closed the connection. Try again later.";
const WHY: Readonly<Record<string, string>> = {
  UND_ERR_HEADERS_OVERFLOW:
    "The server behind this proxy answered with more than 64 KiB of headers, which is not read. Have it send less.",
};

/** One request on its way through the proxy: which upstream it goes to, and whose word it comes back with. */
export class Passage implements Mover, Waiting {
  readonly reply: ClientReply;
  readonly #road: Road;
  readonly #request: IncomingMessage;
  readonly #passing: Passing;
  readonly #bytes: Buffer | undefined;
  readonly #isRead: boolean;
  /** An event stream a client has opened: it ends when somebody wants it to. */
  isStream = false;
  readonly #timeoutMs: number;
  readonly #tried = new Set<Upstream>();
  #upstream: Upstream | undefined;
  #call: UpstreamCall | undefined;
  #body: Buffer | string | undefined;
  #fencingToken: string | undefined;
  #isOver = false;

  /** `json` is what stands in the body where that is JSON-RPC. */
  constructor(
    road: Road,
    request: IncomingMessage,
    response: ServerResponse,
    bytes: Buffer | undefined,
    json: unknown,
  ) {
    this.reply = new ClientReply(response);
    this.#road = road;
    this.#request = request;
    this.#bytes = bytes;
    const isGet = request.method === "GET";
    this.#isRead = json !== undefined || (isGet && mayGetEvents(request));
    response.on("drain", () => this.#call?.resume());
    response.on("close", () => {
      this.#closed(response.writableFinished);
      road.open.delete(this);
    });
    road.open.add(this);
    const head = { headers: request.headers, target: request.url ?? "/" };
    if (json !== undefined) {
      // Requests have deadlines; a POST without one is taken, not computed.
      this.#timeoutMs = hasRequest(json) ? 0 : road.realTimeMs;
      const post = road.proxied.post(head, json, this);
      this.#passing = post;
      post.begin();
    } else {
      this.#timeoutMs = this.#isRead ? 0 : road.usualMs;
      this.#passing = isGet
        ? road.proxied.stream(head, this.reply)
        : road.proxied.other(request.method ?? "GET", head, this.reply);
      this.forward(undefined);
    }
  }

  forward(json: string | undefined, fencingToken?: string): void {
    this.#fencingToken = fencingToken;
    this.#body = json ?? this.#bytes;
    this.#goTo(this.#choose());
  }

  async sendBeside(message: Message): Promise<readonly Message[]> {
    const upstream = this.#upstream ?? this.#choose();
    const headers = besideHeaders(this.#request.rawHeaders, this.#changes(upstream), String(message.method));
    return postBeside(upstream, this.#request.url ?? "/", headers, message);
  }

  abandon(): void {
    this.#isOver = true;
    this.#call?.abandon();
  }

  responded(status: number, headers: Parameters<Passing["respond"]>[1]): ReturnType<Passing["respond"]> {
    this.isStream = this.#request.method === "GET" && this.reply.head?.isEventStream === true;
    const inflow = this.#passing.respond(status, headers);
    this.received();
    return inflow;
  }

  /** A session is where its first answer came from. */
  received(): void {
    const { line } = this.#passing;
    const isChoice = this.#road.upstreams.all.length > 1;
    if (isChoice && line !== undefined && this.#upstream !== undefined) this.#road.homes.set(line, this.#upstream);
  }

  failed(error: Error & { readonly code?: string }, wasSent: boolean): void {
    if (this.#isOver || this.#upstream === undefined) return;
    // Nothing is wrong with the upstream where the request cannot even be written down.
    if (error.code === "UND_ERR_INVALID_ARG" || error.code === "UND_ERR_NOT_SUPPORTED") {
      return this.#passing.fail(400, "This request cannot be passed on: its target or a header is malformed.");
    }
    if (!wasSent) {
      this.#road.upstreams.found(this.#upstream, "refused");
      if (this.#tried.size < this.#road.upstreams.all.length) return this.#goTo(this.#road.upstreams.next(this.#tried));
    }
    const isLate = error.code === "UND_ERR_HEADERS_TIMEOUT" || error.code === "UND_ERR_CONNECT_TIMEOUT";
    this.#passing.fail(isLate ? 504 : 502, isLate ? LATE : (WHY[error.code ?? ""] ?? GONE));
  }

  #choose(): Upstream {
    const { homes, upstreams } = this.#road;
    if (upstreams.all.length === 1) return upstreams.all[0] as Upstream;
    const { line } = this.#passing;
    const home = line === undefined ? undefined : homes.get(line);
    if (home?.isUp === true) return home;
    return line?.sessionId === undefined ? upstreams.next(this.#tried) : upstreams.forSession(line.sessionId);
  }

  #goTo(upstream: Upstream): void {
    if (this.#isOver) return;
    this.#upstream = upstream;
    this.#tried.add(upstream);
    const { method = "GET", url = "/", rawHeaders } = this.#request;
    const headers = requestHeaders(rawHeaders, this.#changes(upstream));
    const request = { method, path: url, headers, body: this.#body, headersTimeoutMs: this.#timeoutMs };
    this.#call = new UpstreamCall(upstream, request, this);
  }

  #changes(upstream: Upstream): Changes {
    const host = this.#road.rewriteHost ? upstream.url.host : undefined;
    const isRewritten = typeof this.#body === "string";
    return { host, isRead: this.#isRead, isRewritten, fencingToken: this.#fencingToken };
  }

  #closed(isComplete: boolean): void {
    this.#passing.closed(isComplete || this.#isOver);
    if (!this.#isOver) this.abandon();
  }
}

/** Clients of the older transport ask for anything. */
function mayGetEvents({ headers: { accept = "*/*" } }: IncomingMessage): boolean {
  return accept.includes("text/event-stream") || accept.includes("*/*");
}

function hasRequest(json: unknown): boolean {
  const messages: readonly unknown[] = Array.isArray(json) ? json : [json];
  return messages.some(
    (message) => typeof message === "object" && message !== null && "method" in message && "id" in message,
  );
}
