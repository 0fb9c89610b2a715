import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { OPS_RPC, RPC } from "@mcp-ops/formats";
import { type Pipeline, tap } from "@mcp-ops/tap";
import { answer } from "./http-answers.ts";
import { errorFor, isRequest, isResponse, type Message, type Request } from "./message.ts";
import type { Guest, House, Seat } from "./seat.ts";
import { MAX_UNREAD_BYTES } from "./unread.ts";

/** 2026-07-28, basic/transports/streamable-http: these codes have an HTTP status of their own. */
const STATUS: Readonly<Record<number, number>> = {
  [RPC.methodNotFound]: 404,
  [RPC.headerMismatch]: 400,
  [RPC.missingClientCapability]: 400,
  [RPC.unsupportedProtocolVersion]: 400,
};

type Extra = { readonly request: { readonly headers: IncomingHttpHeaders; readonly signal: AbortSignal } };

/**
 * One request of 2026-07-28, which stands for itself. It has the shape of an SDK's transport, so that the tap watches it as one:
 * what comes in goes through `onmessage`, what goes out through `send`.
 */
class ModernCall implements Guest {
  readonly listens = false;
  onmessage: ((message: Message, extra?: Extra) => void) | undefined;
  onclose: (() => void) | undefined;
  onerror: ((error: Error) => void) | undefined;
  readonly #request: Request;
  readonly #gone = new AbortController();
  #response: ServerResponse | undefined;
  #seat: Seat | undefined;
  /** Ours among them: the tap may ask the server for its lists. */
  #unanswered = 0;
  /** Before the question was even asked, it may be. */
  #hasServerEnded = false;

  constructor(request: Request) {
    this.#request = request;
    this.onmessage = (message) => {
      if (isRequest(message)) this.#unanswered++;
      if (this.#hasServerEnded) this.serverEnded();
      else this.#seat?.send(message);
    };
    this.onclose = () => {};
  }

  async start(): Promise<void> {}

  async begin(house: House): Promise<void> {
    this.#seat = await house.seat(this);
  }

  async handleRequest({ headers }: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#response = response;
    response.once("close", () => {
      // Closing the stream is how a client cancels (2026-07-28, basic/patterns/cancellation).
      if (!response.writableFinished) this.#gone.abort();
      if (this.#gone.signal.aborted || this.#unanswered === 0) void this.close();
    });
    this.onmessage?.(this.#request, { request: { headers, signal: this.#gone.signal } });
  }

  receive(message: Message): void {
    if (isResponse(message)) this.#unanswered--;
    this.send(message).catch(() => {});
    if (this.#unanswered === 0 && this.#response?.closed === true) void this.close();
  }

  serverEnded(): void {
    this.#hasServerEnded = true;
    if (this.#response === undefined || this.#response.writableEnded) return;
    this.receive(errorFor(this.#request.id, OPS_RPC.unavailable, "The server ended before it answered. Try again."));
  }

  /** A lone answer is a JSON document; what comes before it makes a stream of both. */
  async send(message: Message): Promise<void> {
    const response = this.#response;
    if (response === undefined || response.writableEnded) return;
    const isAnswer = isResponse(message);
    if (isAnswer && !response.headersSent) return answer(response, STATUS[message.error?.code ?? 0] ?? 200, message);
    if (!response.headersSent) response.writeHead(200, STREAM_HEADERS);
    // The close that follows is as if the client had gone.
    if (response.writableLength > MAX_UNREAD_BYTES) return void response.destroy();
    response.write(`event: message\ndata: ${JSON.stringify(message)}\n\n`);
    if (isAnswer) response.end();
  }

  async close(): Promise<void> {
    this.#seat?.leave();
    this.#seat = undefined;
    this.onclose?.();
  }
}

const STREAM_HEADERS = {
  "content-type": "text/event-stream",
  "cache-control": "no-cache, no-transform",
  "x-accel-buffering": "no",
};

/** Asks the server one modern request and answers with what it says. @throws OpsError when the server cannot be started. */
export async function callModern(
  house: House,
  pipeline: Pipeline,
  body: Request,
  [request, response]: readonly [IncomingMessage, ServerResponse],
): Promise<void> {
  const call = tap(new ModernCall(body), pipeline);
  await call.begin(house);
  await call.start();
  await call.handleRequest(request, response);
}
