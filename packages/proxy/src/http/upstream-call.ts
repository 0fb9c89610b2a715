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
  /** Whether a response with this status may be for nobody's eyes: then it is kept until `returned` has said. */
  mayReturn(status: number): boolean;
  /** A response that was kept is whole. True when the request goes somewhere else instead. */
  returned(status: number, body: Buffer): boolean;
  /** The response broke off in the middle. True when it goes on from somewhere else. */
  brokeOff(): boolean;
  /** No response came. `wasSent` unless the upstream cannot have seen anything of the request. */
  failed(error: Error & { readonly code?: string }, wasSent: boolean): void;
}

/** Made once: whoever made it each time would pay for the stack that nobody reads. */
const CLIENT_GONE = new Error("The client has gone.");

type Parsed = Record<string, string | string[] | undefined>;

/** A refusal is short; a longer response is none. */
const MAX_KEPT_BYTES = 64 * 1024;

/** A response that may be a refusal. */
interface Kept {
  readonly status: number;
  readonly headers: Parsed;
  readonly chunks: Buffer[];
  bytes: number;
}

/** One request at one upstream. */
export class UpstreamCall implements Dispatcher.DispatchHandler {
  readonly #waiting: Waiting;
  #controller: Dispatcher.DispatchController | undefined;
  #inflow: Inflow | undefined;
  #kept: Kept | undefined;
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
    if (this.#waiting.mayReturn(status)) this.#kept = { status, headers, chunks: [], bytes: 0 };
    else this.#inflow = this.#waiting.responded(status, headers);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#isAbandoned) return;
    if (this.#kept !== undefined) return this.#keep(this.#kept, chunk);
    this.#inflow?.push(chunk);
    this.#waiting.received();
    if (this.#waiting.reply.isFull) controller.pause();
  }

  onResponseEnd(): void {
    this.#isOver = true;
    if (this.#isAbandoned) return;
    const kept = this.#kept;
    if (kept !== undefined && this.#waiting.returned(kept.status, Buffer.concat(kept.chunks))) return;
    if (kept !== undefined) this.#release(kept);
    this.#inflow?.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    if (this.#isAbandoned) return;
    this.#isOver = true;
    if (this.#inflow === undefined) this.#waiting.failed(error, this.#controller !== undefined);
    else if (!this.#waiting.brokeOff()) this.#inflow.broke();
  }

  #keep(kept: Kept, chunk: Buffer): void {
    kept.chunks.push(chunk);
    kept.bytes += chunk.length;
    if (kept.bytes > MAX_KEPT_BYTES) this.#release(kept);
  }

  #release({ status, headers, chunks }: Kept): void {
    this.#kept = undefined;
    this.#inflow = this.#waiting.responded(status, headers);
    for (const chunk of chunks) this.#inflow.push(chunk);
    this.#waiting.received();
  }
}

function textOf(value: Buffer | string): string {
  return typeof value === "string" ? value : value.toString("latin1");
}
