import type { IncomingMessage, ServerResponse } from "node:http";
import { LISTEN_METHOD } from "@mcp-ops/formats";
import type { HttpLine, Inflow, Message, Mover, Passing, Proxied } from "@mcp-ops/tap";
import type { Following } from "../follow/following.ts";
import { postBeside } from "./beside.ts";
import { ClientReply } from "./client-reply.ts";
import { besideHeaders, type Changes, inSession, requestHeaders } from "./headers.ts";
import { UpstreamCall, type Waiting } from "./upstream-call.ts";
import type { Upstream, Upstreams } from "./upstreams.ts";
import { type FindWays, messagesOf, type Traveller, type Way } from "./way.ts";

/** What the passages of one proxy share. */
export interface Road {
  readonly proxied: Proxied;
  readonly upstreams: Upstreams;
  readonly findWays: FindWays;
  /** Where there is a role to follow. */
  readonly following: Following | undefined;
  readonly rewriteHost: boolean;
  /** For what has no deadline of its own, in milliseconds. */
  readonly usualMs: number;
  readonly realTimeMs: number;
  readonly open: Set<Passage>;
}

const LATE = "The server behind this proxy has not answered in time. Try again later.";
const GONE = "The server behind this proxy cannot be reached, or closed the connection. Try again later.";
const LOST =
  "The server behind this proxy is gone, and took its answer with it. What it has done of this is not known: look before you ask again.";
const WHY: Readonly<Record<string, string>> = {
  UND_ERR_HEADERS_OVERFLOW:
    "The server behind this proxy answered with more than 64 KiB of headers, which is not read. Have it send less.",
};

/** One request on its way through the proxy: which upstream it goes to, and whose word it comes back with. */
export class Passage implements Mover, Waiting, Traveller {
  readonly reply: ClientReply;
  readonly request: IncomingMessage;
  readonly json: unknown;
  /** A stream, or a page: whatever is asked of another server changes nothing there. */
  readonly listens: boolean;
  readonly #road: Road;
  readonly #way: Way;
  readonly #passing: Passing;
  readonly #bytes: Buffer | undefined;
  readonly #isRead: boolean;
  /** An event stream a client has opened: it ends when somebody wants it to. */
  isStream = false;
  readonly #timeoutMs: number;
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
    this.request = request;
    this.json = json;
    this.#bytes = bytes;
    const isGet = request.method === "GET";
    this.listens = isGet || onlyListens(json);
    this.#way = road.findWays(this);
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

  get line(): HttpLine | undefined {
    return this.#passing.line;
  }

  get bodyBytes(): number {
    return this.#body?.length ?? 0;
  }

  forward(json: string | undefined, fencingToken?: string): void {
    this.#fencingToken = fencingToken;
    this.#body = json ?? this.#bytes;
    this.#way.find();
  }

  go(upstream: Upstream): void {
    if (this.#isOver) return;
    this.#upstream = upstream;
    const { method = "GET", url = "/", rawHeaders } = this.request;
    const headers = requestHeaders(rawHeaders, this.#changes(upstream));
    const request = { method, path: url, headers, body: this.#body, headersTimeoutMs: this.#timeoutMs };
    this.#call = new UpstreamCall(upstream, request, this);
  }

  leave(): void {
    this.#call?.abandon();
  }

  async sendBeside(message: Message): Promise<readonly Message[]> {
    const upstream = this.#upstream ?? this.#way.aside();
    if (upstream === undefined) throw new Error("There is no server to ask.");
    const headers = besideHeaders(this.request.rawHeaders, this.#changes(upstream), String(message.method));
    return postBeside(upstream, this.request.url ?? "/", headers, message);
  }

  abandon(): void {
    this.#isOver = true;
    this.leave();
    this.#way.over();
  }

  responded(status: number, headers: Parameters<Passing["respond"]>[1]): Inflow {
    const { head, isStarted } = this.reply;
    const clientsId = this.#way.clientsSessionId();
    if (head !== undefined && clientsId !== undefined)
      this.reply.head = { ...head, headers: inSession(head.headers, clientsId) };
    const isEventStream = head?.isEventStream === true;
    // The client has been given a stream already, and this is none.
    if (isStarted && !(status === 200 && isEventStream)) return this.#breakStream();
    this.isStream = this.listens && isEventStream;
    const inflow = this.#passing.respond(status, headers);
    this.received();
    return inflow;
  }

  received(): void {
    if (this.#upstream !== undefined) this.#way.arrived(this.#upstream);
  }

  mayReturn(status: number): boolean {
    return this.#way.mayReturn(status);
  }

  returned(status: number, body: Buffer): boolean {
    return this.#way.returned(status, body);
  }

  brokeOff(): boolean {
    const isPage = this.listens && this.reply.isStarted && !this.isStream;
    if (this.#isOver || isPage || this.#upstream === undefined) return false;
    if (this.#way.lost(this.#upstream)) return true;
    return this.#road.following !== undefined && this.#passing.failOnStream(LOST);
  }

  failed(error: Error & { readonly code?: string }, wasSent: boolean): void {
    if (this.#isOver || this.#upstream === undefined) return;
    // Nothing is wrong with the upstream where the request cannot even be written down.
    if (error.code === "UND_ERR_INVALID_ARG" || error.code === "UND_ERR_NOT_SUPPORTED") {
      return this.fail(400, "This request cannot be passed on: its target or a header is malformed.");
    }
    if (!wasSent && this.#way.unsent(this.#upstream)) return;
    if (wasSent && this.#way.lost(this.#upstream)) return;
    const isLate = error.code === "UND_ERR_HEADERS_TIMEOUT" || error.code === "UND_ERR_CONNECT_TIMEOUT";
    this.fail(isLate ? 504 : 502, isLate ? LATE : (WHY[error.code ?? ""] ?? GONE));
  }

  fail(httpStatus: number, message: string, retryAfterMs?: number): void {
    if (this.reply.isStarted) this.#breakStream();
    else this.#passing.fail(httpStatus, message, retryAfterMs);
  }

  #breakStream(): Inflow {
    this.leave();
    this.reply.break();
    return NOTHING_MORE;
  }

  #changes(upstream: Upstream): Changes {
    const host = this.#road.rewriteHost ? upstream.url.host : undefined;
    const isRewritten = typeof this.#body === "string";
    return { host, isRead: this.#isRead, isRewritten, fencingToken: this.#fencingToken, ...this.#way.inSession() };
  }

  #closed(isComplete: boolean): void {
    this.#passing.closed(isComplete || this.#isOver);
    if (!this.#isOver) this.abandon();
    this.#way.over();
  }
}

const NOTHING_MORE: Inflow = { push() {}, end() {}, broke() {} };

/** Clients of the older transport ask for anything. */
function mayGetEvents({ headers: { accept = "*/*" } }: IncomingMessage): boolean {
  return accept.includes("text/event-stream") || accept.includes("*/*");
}

/** A batch in which anything else is asked is asked once, like that. */
function onlyListens(json: unknown): boolean {
  const messages = messagesOf(json);
  return messages.length > 0 && messages.every(({ method }) => method === LISTEN_METHOD);
}

function hasRequest(json: unknown): boolean {
  return messagesOf(json).some((message) => "method" in message && "id" in message);
}
