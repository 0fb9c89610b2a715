import type { ClientInfo, Connection, Direction, Era, Outcome, RequestId, TransportKind } from "@mcp-ops/exchange";
import { isRefusedAside } from "./asked-aside.ts";
import { closedUnder, loseUnconfirmed } from "./closing.ts";
import type { Extra } from "./extra.ts";
import { MessageExchange } from "./message-exchange.ts";
import { withInvalidArguments } from "./message-outcome.ts";
import {
  clientInfoOf,
  eraOf,
  isNotification,
  isObject,
  isRequest,
  isResponse,
  type Message,
  metaOf,
  paramsOf,
  type Request,
  type Response,
  serverNameIn,
  textOf,
} from "./messages.ts";
import { notify } from "./notify.ts";
import { OpenExchange, type Way } from "./open-exchange.ts";
import type { Pipeline } from "./pipeline.ts";
import { type PipelineState, stateOf, tellOverflow } from "./pipeline-state.ts";
import type { ServerFacts } from "./server-facts.ts";
import { Targets } from "./targets.ts";
import { Unwanted } from "./unwanted.ts";
import { takeOffOurHeader, withoutOurs } from "./without-ours.ts";

/** A server that has not given its name yet. */
export const UNNAMED = "mcp-server";

/** The two ends of a carrier, as the line reaches them past its own interception. */
export interface Ends {
  toServer(message: Message, extra: Extra | undefined): unknown;
  toClient(message: Message, options: unknown): unknown;
}

/** One connection between a client and a server, and the exchanges open on it. Carriers feed it messages; it forwards them unchanged. */
export class Line implements Connection, Way {
  readonly transport: TransportKind;
  readonly targets: Targets;
  revision: string | undefined;
  client: ClientInfo | undefined;
  nameSeen: string | undefined;
  readonly #pipeline: Pipeline;
  readonly #state: PipelineState;
  readonly #ends: Ends;
  readonly #sessionHolder: { readonly sessionId?: string | undefined };
  #handingOver: OpenExchange | undefined;
  readonly #unwanted = new Unwanted();
  readonly #inbound = new Map<RequestId, OpenExchange>();
  readonly #outbound = new Map<RequestId, OpenExchange>();

  constructor(
    pipeline: Pipeline,
    facts: ServerFacts | undefined,
    transport: TransportKind,
    sessionHolder: { readonly sessionId?: string | undefined },
    ends: Ends,
  ) {
    this.transport = transport;
    this.#pipeline = pipeline;
    this.#state = stateOf(pipeline);
    this.#ends = ends;
    this.#sessionHolder = sessionHolder;
    const { learnTargets, ownResources } = pipeline;
    this.targets = new Targets(facts, () => this.#state.bookOf(this.server), learnTargets, ownResources);
  }

  get server(): string {
    return this.#pipeline.server ?? this.targets.facts?.name ?? this.nameSeen ?? UNNAMED;
  }

  get session(): string | undefined {
    return this.#sessionHolder.sessionId;
  }

  /** Whether the server may still be at work on a call that was answered in its place. */
  get isLate(): boolean {
    return this.#unwanted.expectsLate;
  }

  /** Whether the client waits for an answer. */
  get owesAnswers(): boolean {
    return this.#inbound.size > 0;
  }

  get era(): Era | undefined {
    return eraOf(this.revision);
  }

  /** A message from the client, to be handed to the server at once: SDK v2 maps errors to an HTTP status only while it dispatches. */
  fromClient(given: Message, extra: Extra | undefined): unknown {
    const message = this.#pipeline.trustsFencing ? given : withoutOurs(given);
    if (!this.#pipeline.trustsFencing) takeOffOurHeader(extra);
    if (isRequest(message)) return this.#askServer(message, extra);
    const isRefused = isRefusedAside(this.#pipeline, this, message, extra);
    const handOver = () => (isRefused ? undefined : this.#ends.toServer(message, extra));
    if (isNotification(message)) {
      this.#withdrawn(this.#inbound, message);
      const exchange = new MessageExchange("inbound", message, extra, this, this.targets);
      return notify(this.#pipeline, exchange, handOver);
    }
    const open = isResponse(message) ? this.#outbound.get(message.id) : undefined;
    return open === undefined ? handOver() : open.answer(message, extra);
  }

  /**
   * A message from the server, to be handed to the client. Gives what the carrier gave, so that a failed `send` fails for the
   * server too. `httpStatus` where the carrier saw one.
   */
  fromServer(message: Message, options: unknown, httpStatus?: number): unknown {
    if (isResponse(message)) return this.#answerClient(message, options, httpStatus);
    if (isObject(options) && this.targets.isOurs(options.relatedRequestId)) return Promise.resolve();
    if (isRequest(message)) return this.#open("outbound", message, undefined, options).begin();
    if (!isNotification(message)) return this.#ends.toClient(message, options);
    this.#withdrawn(this.#outbound, message);
    this.targets.sawNotification(message.method);
    const exchange = new MessageExchange("outbound", message, undefined, this, this.targets);
    return notify(this.#pipeline, exchange, () => this.#ends.toClient(message, options));
  }

  /** The carrier has closed. Answers it has taken but not confirmed get until the next turn of the event loop. Gives the ids of what either side still waits for. */
  closed(): { readonly asked: readonly RequestId[]; readonly open: readonly RequestId[] } {
    this.targets.close();
    const ids = { asked: [...this.#inbound.keys()], open: [...this.#outbound.keys()] };
    const open = [...this.#inbound.values(), ...this.#outbound.values()];
    for (const exchange of open) if (!exchange.isAnswering) closedUnder(exchange);
    if (open.some((exchange) => exchange.isAnswering)) void loseUnconfirmed(open);
    return ids;
  }

  /** The carrier has reported an error. One that comes while it is taking an answer means that the answer will not arrive. */
  failed(): void {
    this.#handingOver?.lose("undeliverable");
  }

  /** The client's request by this id that is still open here. */
  openRequest(id: RequestId): OpenExchange | undefined {
    return this.#inbound.get(id);
  }

  /** Whether another call by this id could be given an answer that a gate has yet to change or hold. */
  isTaken(id: RequestId): boolean {
    return this.#inbound.get(id)?.amendsAnswer === true || this.#unwanted.isGuarded(id);
  }

  forward({ exchange, extra, options }: OpenExchange, message: Message): unknown {
    const { toServer, toClient } = this.#ends;
    return exchange.direction === "inbound" ? toServer(message, extra) : toClient(message, options);
  }

  reply(open: OpenExchange, answer: Message, options: unknown): unknown {
    if (open.exchange.direction === "outbound") return this.#ends.toServer(answer, options as Extra | undefined);
    this.#handingOver = open;
    try {
      return this.#ends.toClient(answer, options);
    } finally {
      this.#handingOver = undefined;
    }
  }

  withdraw(open: OpenExchange, reason: string): void {
    const params = { requestId: open.message.id, reason };
    this.forward(open, { jsonrpc: "2.0", method: "notifications/cancelled", params });
  }

  ended(open: OpenExchange, outcome: Outcome): void {
    const { id } = open.message;
    const inbound = open.exchange.direction === "inbound";
    const book = inbound ? this.#inbound : this.#outbound;
    if (book.get(id) === open) book.delete(id);
    if (open.observed) this.#state.openExchanges--;
    if (inbound) this.#unwanted.ended(open, outcome);
    if (inbound && this.targets.isNeeded(open.exchange.method)) this.#settleWhenKnown(open, outcome);
    else open.settle(outcome);
  }

  #askServer(message: Request, extra: Extra | undefined): unknown {
    if (message.method === "initialize") this.client = clientInfoOf(paramsOf(message)?.clientInfo);
    const open = this.#open("inbound", message, extra, undefined);
    this.revision ??= open.exchange.revision;
    const returned = open.begin();
    const { method } = message;
    if (this.targets.isNeeded(method)) {
      const ask = (question: Message) => void this.#ends.toServer(question, extra);
      this.targets.askAbout(method, open.exchange.target, metaOf(message), ask);
    }
    return returned;
  }

  #open(direction: Direction, message: Request, extra: Extra | undefined, options: unknown): OpenExchange {
    const observed = this.#state.openExchanges < this.#pipeline.maxOpenExchanges;
    if (observed) this.#state.openExchanges++;
    else tellOverflow(this.#pipeline);
    const exchange = new MessageExchange(direction, message, extra, this, this.targets);
    const open = new OpenExchange(exchange, message, extra, options, this.#pipeline, this, observed);
    const book = direction === "inbound" ? this.#inbound : this.#outbound;
    const before = book.get(message.id);
    before?.lose("id-reused");
    book.set(message.id, open);
    if (direction === "inbound") this.#unwanted.asked(message.id, before !== undefined);
    return open;
  }

  #answerClient(response: Response, options: unknown, httpStatus: number | undefined): unknown {
    this.nameSeen ??= serverNameIn(response.result);
    if (this.targets.takeAnswer(response.id, response)) return Promise.resolve();
    const open = this.#inbound.get(response.id);
    if (open === undefined)
      return this.#unwanted.take(response.id) ? Promise.resolve() : this.#ends.toClient(response, options);
    if (response.result !== undefined) this.#sawResult(open.exchange.method, response.result);
    return open.answer(response, options, httpStatus);
  }

  #sawResult(method: string, result: unknown): void {
    if (method === "initialize" && isObject(result)) this.revision = textOf(result.protocolVersion);
    this.targets.sawResult(method, result);
  }

  #withdrawn(book: Map<RequestId, OpenExchange>, notification: Message): void {
    if (notification.method === "notifications/cancelled") {
      book.get(paramsOf(notification)?.requestId as RequestId)?.cancel();
    }
  }

  /** Only the observers wait for what is still being found out about the target: the client has its answer. */
  #settleWhenKnown(open: OpenExchange, outcome: Outcome): void {
    const { learning } = this.targets;
    if (learning !== undefined) void learning.then(() => this.#settleJudged(open, outcome));
    else this.#settleJudged(open, outcome);
  }

  #settleJudged(open: OpenExchange, outcome: Outcome): void {
    const { method, target, knownTarget } = open.exchange;
    const { facts } = this.targets;
    if (outcome.kind !== "result" || target === undefined) return open.settle(outcome);
    if (!outcome.isError) {
      if (outcome.gate === undefined) this.targets.sawSuccess(method, target);
      return open.settle(outcome);
    }
    if (method !== "tools/call" || knownTarget === undefined || facts === undefined) return open.settle(outcome);
    const refused = facts.refusesArguments(knownTarget, paramsOf(open.message)?.arguments);
    void refused.then((yes) => open.settle(yes ? withInvalidArguments(outcome) : outcome));
  }
}
