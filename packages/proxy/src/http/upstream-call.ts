import type { Inflow } from "@mcp-ops/tap";
import type { Dispatcher } from "undici";
import type { ClientReply } from "./client-reply.ts";
import type { Upstream } from "./upstreams.ts";

export interface CallRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: string[];
  readonly body: Buffer | string | undefined;
  /** How long the upstream may take to its first word, in milliseconds; 0 for as long as it likes. */
  readonly headersTimeoutMs: number;
}

/** Whoever waits for the upstream's response. */
export interface Waiting {
  readonly reply: ClientReply;
  /** Status and headers are there. */
  responded(status: number, headers: Parsed): Inflow;
  /** Called after each piece of the body. */
  received(): void;
  /** No response came. `wasSent` unless the upstream cannot have seen anything of the request. */
  failed(error: Error & { readonly code?: string }, wasSent: boolean): void;
}

/** Made once: whoever made it each time would pay for the stack that nobody reads. */
const CLIENT_GONE = new Error("The client has gone.");

type Parsed = Record<string, string | string[] | undefined>;

/** One request at one upstream. */
export class UpstreamCall implements Dispatcher.DispatchHandler {
  readonly #waiting: Waiting;
  #controller: Dispatcher.DispatchController | undefined;
  #inflow: Inflow | undefined;
  #isAbandoned = false;
  #isOver = false;

  constructor(upstream: Upstream, { headersTimeoutMs, ...request }: CallRequest, waiting: Waiting) {
    this.#waiting = waiting;
    const options = {
      ...request,
      method: request.method as Dispatcher.HttpMethod,
      body: request.body ?? null,
      headersTimeout: headersTimeoutMs,
      // The client's Host goes on, but the certificate must be for the upstream.
      servername: upstream.url.hostname,
    };
    upstream.pool.dispatch(options, this);
  }

  /** Nobody waits any more. */
  abandon(): void {
    this.#isAbandoned = true;
    if (!this.#isOver) this.#controller?.abort(CLIENT_GONE);
  }

  /** The client can take more. */
  resume(): void {
    this.#controller?.resume();
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#isAbandoned) this.abandon();
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: Parsed, message = ""): void {
    if (this.#isAbandoned || status < 200) return;
    const raw = (controller.rawHeaders ?? []) as readonly (Buffer | string)[];
    const isEventStream = String(headers["content-type"]).trim().toLowerCase().startsWith("text/event-stream");
    this.#waiting.reply.head = { status, message, headers: raw.map(textOf), isEventStream };
    this.#inflow = this.#waiting.responded(status, headers);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#isAbandoned) return;
    this.#inflow?.push(chunk);
    this.#waiting.received();
    if (this.#waiting.reply.isFull) controller.pause();
  }

  onResponseEnd(): void {
    this.#isOver = true;
    if (!this.#isAbandoned) this.#inflow?.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    if (this.#isAbandoned) return;
    if (this.#inflow !== undefined) this.#inflow.broke();
    else this.#waiting.failed(error, this.#controller !== undefined);
  }
}

function textOf(value: Buffer | string): string {
  return typeof value === "string" ? value : value.toString("latin1");
}
