import { type Connection, type Core, Onion, type Outcome } from "@mcp-ops/exchange";
import { LISTEN_METHOD } from "@mcp-ops/formats";
import type { Asked } from "./asked.ts";
import { openConnection } from "./connections.ts";
import { headerFrom } from "./extra.ts";
import { MessageExchange } from "./message-exchange.ts";
import { answeredOutcome, unansweredOutcome } from "./message-outcome.ts";
import { isNotification, type Message } from "./messages.ts";
import { notify } from "./notify.ts";
import type { Pipeline } from "./pipeline.ts";
import { type PipelineState, stateOf } from "./pipeline-state.ts";
import type { Targets } from "./targets.ts";

/** The server, or whoever answered, has the request already. */
const NOTHING_TO_HAND_OVER: Core = { dispatch() {} };

/** What a handler knows of one HTTP request. */
export interface Caller {
  readonly headers: unknown;
  readonly authInfo: unknown;
  readonly arrivedAt: number;
}

/** The exchanges of an HTTP request that reached no tapped server: rejections, listen streams, calls to a server nobody taps. */
export class Unclaimed {
  readonly #pipeline: Pipeline;
  readonly #state: PipelineState;
  readonly #caller: Caller;
  readonly #connection: Connection;
  readonly #targets: Targets;
  readonly #open = new Map<MessageExchange, Onion>();
  #closeStream: (() => void) | undefined;

  constructor(pipeline: Pipeline, asked: readonly Asked[], caller: Caller, server: string, targets: Targets) {
    this.#pipeline = pipeline;
    this.#state = stateOf(pipeline);
    this.#caller = caller;
    this.#connection = httpConnection(server, caller.headers);
    this.#targets = targets;
    const extra = { requestInfo: { headers: caller.headers }, authInfo: caller.authInfo as { clientId?: unknown } };
    for (const message of asked) {
      this.#start(new MessageExchange("inbound", message, extra, this.#connection, targets, caller.arrivedAt));
    }
  }

  /** A message of the response body. */
  saw(message: Message, httpStatus: number): void {
    if (isNotification(message)) return this.#sawNotification(message);
    if (message.method !== undefined) return;
    const exchange = this.#askedBy(message);
    if (exchange !== undefined) {
      this.#settle(exchange, answeredOutcome(message, this.#elapsed(), undefined, undefined, httpStatus));
    }
  }

  /** The response is complete, or the client has gone before it was. What is still open ends here. */
  end(httpStatus: number, clientGone: boolean): void {
    this.#closeStream?.();
    for (const exchange of [...this.#open.keys()]) {
      this.#settle(exchange, this.#unanswered(exchange, httpStatus, clientGone));
    }
  }

  #start(exchange: MessageExchange): void {
    if (this.#state.openExchanges >= this.#pipeline.maxOpenExchanges) return this.#pipeline.onOverflow();
    this.#state.openExchanges++;
    const onion = new Onion(this.#pipeline.observers, exchange, NOTHING_TO_HAND_OVER, this.#pipeline.onFault);
    this.#open.set(exchange, onion);
    onion.run();
  }

  #settle(exchange: MessageExchange, outcome: Outcome): void {
    const onion = this.#open.get(exchange);
    if (!this.#open.delete(exchange)) return;
    this.#state.openExchanges--;
    onion?.settle(outcome);
  }

  /** What travels on a listen stream; the first of it says that the stream is open. */
  #sawNotification(message: Message & { readonly method: string }): void {
    const listens = [...this.#open.keys()].some(({ method }) => method === LISTEN_METHOD);
    if (listens) this.#closeStream ??= openConnection(this.#pipeline, this.#connection, "stream");
    notify(
      this.#pipeline,
      new MessageExchange("outbound", message, undefined, this.#connection, this.#targets),
      () => {},
    );
  }

  #unanswered(exchange: MessageExchange, httpStatus: number, clientGone: boolean): Outcome {
    if (httpStatus >= 400) {
      const error = { message: `HTTP ${httpStatus}` };
      return answeredOutcome({ error }, this.#elapsed(), undefined, undefined, httpStatus);
    }
    if (exchange.kind === "notification") return unansweredOutcome({ kind: "sent" }, this.#elapsed(), httpStatus);
    // Closing the stream is how a client ends a listen, and on 2026-07-28 how it cancels anything.
    if (exchange.method === LISTEN_METHOD || (clientGone && exchange.era === "modern")) {
      return unansweredOutcome({ kind: "cancelled" }, this.#elapsed(), httpStatus);
    }
    return unansweredOutcome({ kind: "lost", reason: "closed" }, this.#elapsed(), httpStatus);
  }

  /** One request in flight: any answer is its own (an early rejection carries no id). Several, a batch: by id. */
  #askedBy(response: Message): MessageExchange | undefined {
    const requests = [...this.#open.keys()].filter((exchange) => exchange.kind === "request");
    return requests.length === 1 ? requests[0] : requests.find((exchange) => exchange.id === response.id);
  }

  #elapsed(): number {
    return performance.now() - this.#caller.arrivedAt;
  }
}

export function httpConnection(server: string, headers: unknown): Connection {
  const session = headerFrom(headers, "mcp-session-id");
  return {
    server,
    transport: "http",
    session,
    revision: headerFrom(headers, "mcp-protocol-version"),
    era: undefined,
    client: undefined,
  };
}
