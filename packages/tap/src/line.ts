import type {
  ClientInfo,
  Connection,
  Direction,
  Era,
  Outcome,
  RequestId,
  TransportKind,
} from "@mcp-ops/exchange";
import { Onion, report } from "@mcp-ops/exchange";
import { type Extra, isAborted } from "./extra.ts";
import { MessageExchange } from "./message-exchange.ts";
import { unansweredOutcome, withInvalidArguments } from "./message-outcome.ts";
import {
  clientInfoOf,
  eraOf,
  isNotification,
  isObject,
  isRequest,
  isResponse,
  type Message,
  metaOf,
  type Notification,
  paramsOf,
  type Request,
  type Response,
  textOf,
} from "./messages.ts";
import { isPromise, OpenExchange, type Routes } from "./open-exchange.ts";
import type { Pipeline } from "./pipeline.ts";
import { type PipelineState, stateOf } from "./pipeline-state.ts";
import type { ServerFacts } from "./server-facts.ts";
import { Targets } from "./targets.ts";

/** SDK servers do not answer a cancelled call at all, so that few of these ids are ever asked about. */
const MAX_LATE = 1000;

/** The two ends of a carrier, as the line reaches them past its own interception. */
export interface Ends {
  toServer(message: Message, extra: Extra | undefined): unknown;
  toClient(message: Message, options: unknown): unknown;
}

/** One connection between a client and a server, and the exchanges open on it. Carriers feed it messages; it forwards them unchanged. */
export class Line implements Connection {
  readonly transport: TransportKind;
  readonly targets: Targets;
  revision: string | undefined;
  client: ClientInfo | undefined;
  readonly #pipeline: Pipeline;
  readonly #state: PipelineState;
  readonly #ends: Ends;
  readonly #sessionOf: () => string | undefined;
  #nameSeen: string | undefined;
  #handingOver: OpenExchange | undefined;
  /** Ids of calls that a deadline has answered: what the server says of them later goes nowhere. */
  readonly #late = new Set<RequestId>();
  readonly #open: Record<Direction, Map<RequestId, OpenExchange>> = { inbound: new Map(), outbound: new Map() };

  constructor(pipeline: Pipeline, facts: ServerFacts | undefined, transport: TransportKind, sessionOf: () => string | undefined, ends: Ends) {
    this.transport = transport;
    this.#pipeline = pipeline;
    this.#state = stateOf(pipeline);
    this.#ends = ends;
    this.#sessionOf = sessionOf;
    this.targets = new Targets(facts, () => this.#state.bookOf(this.server), pipeline.learnTargets);
  }

  get server(): string {
    return this.#pipeline.server ?? this.targets.facts?.name ?? this.#nameSeen ?? "mcp-server";
  }

  get session(): string | undefined {
    return this.#sessionOf();
  }

  get era(): Era | undefined {
    return eraOf(this.revision);
  }

  /** A message from the client, to be handed to the server at once: SDK v2 maps errors to an HTTP status only while it dispatches. */
  fromClient(message: Message, extra: Extra | undefined): unknown {
    const forward = (given: Message) => this.#ends.toServer(given, extra);
    if (isRequest(message)) return this.#ask("inbound", message, extra, forward);
    if (isNotification(message)) return this.#notify("inbound", message, extra, forward);
    if (isResponse(message)) return this.#answer("outbound", message, forward);
    return forward(message);
  }

  /** A message from the server, to be handed to the client. Gives what the carrier gave, so that a failed `send` fails for the server too. */
  fromServer(message: Message, options: unknown): unknown {
    const forward = (given: Message) => this.#ends.toClient(given, options);
    if (isResponse(message)) return this.#answer("inbound", message, forward);
    if (isObject(options) && this.targets.isOurs(options.relatedRequestId)) return Promise.resolve();
    if (isRequest(message)) return this.#ask("outbound", message, undefined, forward);
    if (isNotification(message)) return this.#notify("outbound", message, undefined, forward);
    return forward(message);
  }

  /** The carrier has closed. Answers it has taken but not confirmed get until the next turn of the event loop. */
  closed(): void {
    this.targets.close();
    const open = [...this.#open.inbound.values(), ...this.#open.outbound.values()];
    for (const exchange of open) if (!exchange.isAnswering) this.#closedUnder(exchange);
    if (open.some((exchange) => exchange.isAnswering)) {
      setTimeout(() => {
        for (const exchange of open) exchange.lose("closed");
      }, 0);
    }
  }

  /** The carrier has reported an error. One that comes while it is taking an answer means that the answer will not arrive. */
  failed(): void {
    this.#handingOver?.lose("undeliverable");
  }

  /** On 2026-07-28 HTTP, closing the response stream is how a client cancels (spec: basic/transports, cancellation). */
  #closedUnder(open: OpenExchange): void {
    if (open.exchange.era === "modern" && isAborted(open.extra)) open.cancel();
    else open.lose("closed");
  }

  #ask(direction: Direction, message: Request, extra: Extra | undefined, forward: Routes["forward"]): unknown {
    const exchange = new MessageExchange(direction, message, extra, this, this.targets);
    const observed = this.#state.openExchanges < this.#pipeline.maxOpenExchanges;
    if (!observed) this.#overflow();
    const routes = this.#routes(direction, extra, forward);
    const open = new OpenExchange(exchange, message, extra, this.#pipeline, routes, observed);
    this.#open[direction].get(message.id)?.lose("id-reused");
    this.#open[direction].set(message.id, open);
    this.#late.delete(message.id);
    if (observed) this.#state.openExchanges++;
    if (message.method === "initialize") this.client = clientInfoOf(paramsOf(message)?.clientInfo);
    const returned = open.begin();
    if (direction === "inbound" && exchange.target !== undefined) this.#learnAbout(exchange, message, extra);
    return returned;
  }

  #routes(direction: Direction, extra: Extra | undefined, forward: Routes["forward"]): Routes {
    const inbound = direction === "inbound";
    return {
      forward,
      reply: (answer) => (inbound ? this.#ends.toClient(answer, undefined) : this.#ends.toServer(answer, undefined)),
      withdraw: (requestId) => {
        const params = { requestId, reason: "Deadline exceeded" };
        const message = { jsonrpc: "2.0", method: "notifications/cancelled", params };
        if (inbound) this.#ends.toServer(message, extra);
        else this.#ends.toClient(message, undefined);
      },
      ended: (open, outcome) => this.#ended(direction, open, outcome),
    };
  }

  #answer(direction: Direction, response: Response, forward: (message: Message) => unknown): unknown {
    if (direction === "inbound" && this.targets.takeAnswer(response.id, response)) return Promise.resolve();
    const open = this.#open[direction].get(response.id);
    if (open === undefined) return this.#late.delete(response.id) ? Promise.resolve() : forward(response);
    if (direction === "inbound") this.#sawAnswer(open.exchange.method, response);
    return open.answer(response, (given) => this.#handOver(open, () => forward(given)));
  }

  #handOver(open: OpenExchange, send: () => unknown): unknown {
    this.#handingOver = open;
    try {
      return send();
    } finally {
      this.#handingOver = undefined;
    }
  }

  #sawAnswer(method: string, { result }: Response): void {
    if (result === undefined) return;
    if (method === "initialize" && isObject(result)) {
      this.revision = textOf(result.protocolVersion);
      this.#nameSeen = isObject(result.serverInfo) ? textOf(result.serverInfo.name) : undefined;
    }
    this.targets.sawResult(method, result);
  }

  #notify(direction: Direction, message: Notification, extra: Extra | undefined, forward: (message: Message) => unknown): unknown {
    if (message.method === "notifications/cancelled") this.#cancelled(direction, message);
    if (direction === "outbound") this.targets.sawNotification(message.method);
    const exchange = new MessageExchange(direction, message, extra, this, this.targets);
    let returned: unknown;
    const onion = new Onion(this.#pipeline.observers, exchange, () => {
      returned = forward(message);
    }, this.#pipeline.onFault);
    const elapsed = () => ({ durationMs: performance.now() - exchange.startedAt });
    const lost = () => onion.settle(unansweredOutcome({ kind: "lost", reason: "undeliverable" }, elapsed()));
    const sent = () => onion.settle(unansweredOutcome({ kind: "sent" }, elapsed()));
    try {
      onion.run();
    } catch (error) {
      lost();
      throw error;
    }
    if (isPromise(returned)) returned.then(sent, lost);
    else sent();
    return returned;
  }

  #cancelled(direction: Direction, message: Notification): void {
    const id = paramsOf(message)?.requestId;
    this.#open[direction].get(id as RequestId)?.cancel();
  }

  #learnAbout({ method, target }: MessageExchange, message: Request, extra: Extra | undefined): void {
    if (target === undefined) return;
    this.targets.askAbout(method, target, metaOf(message), (question) => void this.#ends.toServer(question, extra));
  }

  #swallowLate(id: RequestId): void {
    if (this.#late.size >= MAX_LATE) this.#late.clear();
    this.#late.add(id);
  }

  #overflow(): void {
    try {
      this.#pipeline.onOverflow();
    } catch (error) {
      report(this.#pipeline.onFault, { source: "onOverflow", kind: "threw", error });
    }
  }

  #ended(direction: Direction, open: OpenExchange, outcome: Outcome): void {
    const { id, method, target } = open.exchange;
    if (id !== undefined && this.#open[direction].get(id) === open) this.#open[direction].delete(id);
    if (open.observed) this.#state.openExchanges--;
    if (outcome.kind === "error" && outcome.cause === "timeout" && direction === "inbound") this.#swallowLate(open.message.id);
    if (direction === "outbound" || target === undefined) return open.settle(outcome);
    if (outcome.kind === "result" && !outcome.isError) this.targets.sawSuccess(method, target);
    this.#settleWhenKnown(open, outcome);
  }

  /** Only the observers wait for what is still being found out about the target: the client has its answer. */
  #settleWhenKnown(open: OpenExchange, outcome: Outcome): void {
    const { learning } = this.targets;
    if (learning !== undefined) void learning.then(() => this.#settleJudged(open, outcome));
    else this.#settleJudged(open, outcome);
  }

  #settleJudged(open: OpenExchange, outcome: Outcome): void {
    const { method, knownTarget } = open.exchange;
    const { facts } = this.targets;
    const failed = outcome.kind === "result" && outcome.isError && method === "tools/call";
    if (!failed || knownTarget === undefined || facts === undefined) return open.settle(outcome);
    const args = paramsOf(open.message)?.arguments;
    void facts.refusesArguments(knownTarget, args).then((refused) => open.settle(refused ? withInvalidArguments(outcome) : outcome));
  }
}
