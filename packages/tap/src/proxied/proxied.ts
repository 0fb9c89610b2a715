import { headerFrom } from "../extra.ts";
import { retryAfter } from "../http-answer.ts";
import { UNNAMED } from "../line.ts";
import { isObject, isRequest, type Message } from "../messages.ts";
import type { Pipeline } from "../pipeline.ts";
import { eventInflow, type InflowOptions, wholeInflow } from "./answer-inflow.ts";
import type { HttpLine } from "./http-line.ts";
import { HttpLines, type LineLimits } from "./http-lines.ts";
import type { Head, Inflow, Mover, Reply } from "./movers.ts";
import { failureCode, Post } from "./post.ts";
import { streamInflow } from "./stream-inflow.ts";

export interface ProxiedOptions extends LineLimits, InflowOptions {
  /** Whether events too long to be read may pass on a stream of the server: no gate would have changed them. */
  readonly mayPassUnread: boolean;
}

/** The messages of one HTTP request that passes, whichever way they go. */
export interface Passing {
  /** The line it travels on, once known. */
  readonly line: HttpLine | undefined;
  /** The upstream has answered: the headers as Node gives them. */
  respond(httpStatus: number, headers: Head["headers"]): Inflow;
  /** No upstream could be asked, or it did not answer in time. A 503 says that nothing has been done, and when to come again. */
  fail(httpStatus: number, message: string, retryAfterMs?: number): void;
  /** The upstream is gone in the middle of an event stream: says so there, with −31003. False where that cannot be. */
  failOnStream(message: string): boolean;
  /** The response is over: complete, or else the client has gone before it was. */
  closed(isComplete: boolean): void;
}

/** Watches the HTTP requests that pass a proxy, of every revision of MCP. */
export class Proxied {
  readonly #pipeline: Pipeline;
  readonly #options: ProxiedOptions;
  readonly lines: HttpLines;
  #name: string | undefined;

  constructor(pipeline: Pipeline, options: ProxiedOptions) {
    this.#pipeline = this.#named(pipeline);
    this.#options = options;
    this.lines = new HttpLines(this.#pipeline, options);
  }

  /** Without sessions every request has a line of its own: what the server was heard to call itself holds for the next. */
  #named(pipeline: Pipeline): Pipeline {
    const nameNow = () => pipeline.server ?? this.#name;
    return {
      ...pipeline,
      get server() {
        return nameNow();
      },
    };
  }

  /** A POST with JSON-RPC in it. Nothing is sent on before `begin`. */
  post(head: Head, body: unknown, mover: Mover): Passing & { begin(): void } {
    const isBatch = Array.isArray(body);
    const messages: readonly unknown[] = isBatch ? body : [body];
    const home = this.lines.of(head);
    const post = new Post(home, head, isBatch, mover);
    home.visitors++;
    let status = 0;
    return {
      line: home,
      begin: () => post.begin(messages),
      respond: (httpStatus, headers) => {
        status = httpStatus;
        this.#settleSession(home, httpStatus, headers, messages);
        post.accepted(httpStatus);
        return this.#inflow(post, httpStatus, headers);
      },
      fail: (httpStatus, message, retryAfterMs) => post.fail(httpStatus, message, retryAfterMs),
      failOnStream: (message) => post.failOnStream(message),
      closed: (isComplete) => {
        home.visitors--;
        if (this.#name === undefined && home.line.server !== UNNAMED) this.#name = home.line.server;
        if (!isComplete) post.close("client gone", status);
      },
    };
  }

  /** A GET for an event stream. */
  stream(head: Head, reply: Reply): Passing {
    let inflow: ReturnType<typeof streamInflow> | undefined;
    const sessionId = headerFrom(head.headers, "mcp-session-id");
    // The stream of the older transport makes its line itself, by its first event.
    let found = sessionId === undefined ? undefined : this.lines.of(head);
    const onLine = (line: HttpLine) => {
      found = line;
    };
    const { mayPassUnread } = this.#options;
    const place = { pipeline: this.#pipeline, mayPassUnread, lines: this.lines, head, reply, onLine };
    return {
      get line() {
        return found;
      },
      respond: (httpStatus, headers) => {
        if (!isEventStream(headers)) return unread(reply);
        inflow?.clientGone(); // Opened anew, elsewhere: for the client it is one stream.
        inflow = streamInflow(place, httpStatus, this.#options);
        return inflow;
      },
      fail: (httpStatus, message, retryAfterMs) => answerFailure(reply, httpStatus, message, retryAfterMs),
      failOnStream: () => false,
      closed(isComplete) {
        if (!isComplete) inflow?.clientGone();
      },
    };
  }

  /** Any other request. A DELETE of a session that succeeds ends it. */
  other(method: string, head: Head, reply: Reply): Passing {
    const sessionId = headerFrom(head.headers, "mcp-session-id");
    return {
      line: sessionId === undefined ? undefined : this.lines.of(head),
      respond: (httpStatus) => {
        if (method === "DELETE" && sessionId !== undefined && httpStatus < 300) this.lines.endSession(sessionId);
        return unread(reply);
      },
      fail: (httpStatus, message, retryAfterMs) => answerFailure(reply, httpStatus, message, retryAfterMs),
      failOnStream: () => false,
      closed() {},
    };
  }

  #inflow(post: Post, httpStatus: number, headers: Head["headers"]): Inflow {
    // Nobody asked for an encoding. What comes in one all the same cannot be read, and passes as it is.
    const isEncoded = !["identity", undefined].includes(headerFrom(headers, "content-encoding")?.toLowerCase());
    if (isEncoded) return wholeInflow(post, httpStatus, { ...this.#options, maxBytes: 0 });
    if (!isEventStream(headers)) return wholeInflow(post, httpStatus, this.#options);
    const length = headerFrom(headers, "content-length");
    return eventInflow(post, httpStatus, this.#options, length === undefined ? undefined : Number(length));
  }

  #settleSession(home: HttpLine, httpStatus: number, headers: Head["headers"], messages: readonly unknown[]): void {
    if (home.line.transport === "sse") return;
    const isOpening = messages.some((message) => isObject(message) && (message as Message).method === "initialize");
    if (isOpening && httpStatus < 300) home.sessionId ??= headerFrom(headers, "mcp-session-id");
    if (httpStatus < 400) this.lines.confirm(home);
    // A server says so to a session that has ended (spec 2025-11-25: transports, session management).
    else if (
      httpStatus === 404 &&
      home.sessionId !== undefined &&
      messages.some((one) => isObject(one) && isRequest(one))
    )
      this.lines.endSession(home.sessionId);
  }
}

function unread(reply: Reply): Inflow {
  reply.start();
  return {
    push: (chunk) => reply.write(chunk),
    end: () => reply.end(),
    broke: () => reply.break(),
  };
}

function answerFailure(reply: Reply, httpStatus: number, message: string, retryAfterMs?: number): void {
  const error = { code: failureCode(httpStatus), message };
  reply.answer(httpStatus, JSON.stringify({ jsonrpc: "2.0", id: null, error }), retryAfter({ retryAfterMs }));
}

function isEventStream(headers: Head["headers"]): boolean {
  return headerFrom(headers, "content-type")?.trim().toLowerCase().startsWith("text/event-stream") === true;
}
