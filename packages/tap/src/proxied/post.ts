import type { RequestId } from "@mcp-ops/exchange";
import { OPS_RPC, RPC } from "@mcp-ops/formats";
import { headerFrom } from "../extra.ts";
import { httpAnswerOfAll, retryAfter } from "../http-answer.ts";
import { eraOf, idTaken, isNotification, isObject, isRequest, isResponse, type Message } from "../messages.ts";
import type { OpenExchange } from "../open-exchange.ts";
import { isOurQuestion } from "../targets.ts";
import { fencingTokenIn } from "../without-ours.ts";
import { endOpen, type HowEnded } from "./end-open.ts";
import type { Asker, HttpLine, PostExtra } from "./http-line.ts";
import type { Head, Mover } from "./movers.ts";
import { Parcel } from "./parcel.ts";

/** The messages of one POST on their way to the server, and what is known of their answers. */
export class Post implements Asker {
  readonly home: HttpLine;
  readonly extra: PostExtra;
  readonly mover: Mover;
  /** Ids of the requests in it. */
  readonly asked: RequestId[] = [];
  /** Answers of gates that are to go out with those of the server. */
  readonly ownAnswers: Message[] = [];
  readonly isBatch: boolean;
  /** A response that has begun, into which an answer may be written; false when that cannot be done. */
  insert: { write(message: Message): boolean; end(): void } | undefined;
  /** Whether a client that lost the response may get the rest of it elsewhere. */
  isResumable: () => boolean = () => false;
  readonly #forwarded: Message[] = [];
  #isChanged = false;
  #handing: Message | undefined;
  #undecided = 1;
  #isDecided = false;
  #accepted: PromiseWithResolvers<void> | undefined;

  constructor(home: HttpLine, head: Head, isBatch: boolean, mover: Mover) {
    this.home = home;
    this.mover = mover;
    this.isBatch = isBatch;
    this.extra = { requestInfo: { headers: head.headers }, asker: this };
  }

  /** Has the gates decide on every message, then sends on what they let pass. */
  begin(messages: readonly unknown[]): void {
    for (const message of messages) {
      if (!isObject(message)) this.#forwarded.push(message as unknown as Message);
      else this.#handOver(message);
    }
    this.#decided();
  }

  take(message: Message): unknown {
    // After the client's own request, which has brought it up.
    if (isOurQuestion(message.id)) return queueMicrotask(() => this.#askBeside(message));
    if (this.#handing === undefined && isNotification(message)) return void this.#withdraw(message);
    this.#forwarded.push(message);
    if (message !== this.#handing) this.#isChanged = true;
    return isNotification(message) ? this.#acceptance() : undefined;
  }

  answered(message: Message): void {
    this.home.forget(message.id as RequestId, this);
    const at = this.asked.indexOf(message.id as RequestId);
    if (at !== -1) this.asked.splice(at, 1);
    if (this.insert !== undefined) {
      if (!this.insert.write(message)) this.mover.reply.break();
      else if (this.asked.length > 0) return;
      else this.insert.end();
      return this.mover.abandon();
    }
    if (this.mover.reply.isStarted) {
      this.mover.reply.break();
      return this.mover.abandon();
    }
    this.ownAnswers.push(message);
    this.#answerIfAll();
  }

  /** The server's status is known: what was only to be taken has been, or not. */
  accepted(httpStatus: number): void {
    if (httpStatus < 400) this.#accepted?.resolve();
    else this.#accepted?.reject(new Error(`HTTP ${httpStatus}`));
  }

  /** Answers everything still open with an error, because the upstream cannot. */
  fail(httpStatus: number, message: string, retryAfterMs?: number): void {
    this.accepted(httpStatus);
    const error = { code: failureCode(httpStatus), message };
    const unaddressed = () => JSON.stringify({ jsonrpc: "2.0", id: null, error });
    const wait = retryAfter({ retryAfterMs });
    const parcel = new Parcel(this.isBatch, (json) => this.mover.reply.answer(httpStatus, json || unaddressed(), wait));
    for (const own of this.ownAnswers) parcel.hand(own, (slot) => slot.replace(own));
    for (const id of this.asked) {
      const failed = { jsonrpc: "2.0", id, error };
      // Of a copy, so that it counts as new: nothing has come that could pass as it is.
      parcel.hand({}, (slot) => this.openRequest(id)?.answer(failed, slot, httpStatus));
    }
    parcel.close();
    this.forgetAll();
  }

  /**
   * The same on an event stream that has begun, for an upstream that is gone: a client that only sees its stream break may wait for its own timeout. False
   * where nothing can be written, or the rest may still come on another stream.
   */
  failOnStream(message: string): boolean {
    const { insert } = this;
    if (insert === undefined || this.asked.length === 0 || this.isResumable()) return false;
    let isWritten = true;
    const write = (json: string | undefined) => {
      if (json) isWritten &&= insert.write(JSON.parse(json) as Message);
    };
    for (const id of this.asked) {
      const failed = { jsonrpc: "2.0", id, error: { code: OPS_RPC.unavailable, message } };
      const parcel = new Parcel(false, write);
      parcel.hand({}, (slot) => this.openRequest(id)?.answer(failed, slot, 502));
      parcel.close();
    }
    this.forgetAll();
    if (isWritten) insert.end();
    else this.mover.reply.break();
    return true;
  }

  /** Ends what has got no answer. */
  close(how: HowEnded, httpStatus: number): void {
    endOpen(this, how, httpStatus);
    this.forgetAll();
    if (how !== "complete") this.#accepted?.reject(new Error("The connection broke."));
  }

  /** The exchange of a request of this POST, while it is open. */
  openRequest(id: RequestId): OpenExchange | undefined {
    const open = this.home.line.openRequest(id);
    return open?.extra === this.extra ? open : undefined;
  }

  /** Whether a gate wants the body of the answers changed or kept back. */
  get amendsAnswers(): boolean {
    return this.ownAnswers.length > 0 || this.asked.some((id) => this.openRequest(id)?.amendsAnswer === true);
  }

  forgetAll(): void {
    for (const id of this.asked) this.home.forget(id, this);
  }

  #handOver(message: Message): void {
    if (isMalformed(message)) return this.#refuse(malformedId(message));
    if (isRequest(message) && this.home.line.isTaken(message.id)) return this.#refuse(idTaken(message.id));
    if (isRequest(message)) {
      this.asked.push(message.id);
      this.home.expect(message.id, this);
    }
    const before = this.#forwarded.length;
    this.#handing = message;
    let returned: unknown;
    try {
      returned = this.home.fromClient(message, this.extra);
    } finally {
      this.#handing = undefined;
    }
    if (this.#forwarded.length > before) return;
    this.#isChanged = true;
    if (isResponse(message)) this.#await(returned);
  }

  /** A gate holds an answer of the client: it comes to `take` before this settles, or not at all. */
  #await(held: unknown): void {
    this.#undecided++;
    const decided = () => this.#decided();
    Promise.resolve(held).then(decided, decided);
  }

  #decided(): void {
    if (--this.#undecided > 0) return;
    this.#isDecided = true;
    const [first] = this.#forwarded;
    if (first !== undefined) {
      const changed = this.#isChanged ? JSON.stringify(this.isBatch ? this.#forwarded : first) : undefined;
      this.mover.forward(changed, this.#isChanged ? fencingTokenIn(this.#forwarded) : undefined);
    } else if (this.home.writeApart !== undefined || this.asked.length + this.ownAnswers.length === 0) {
      this.mover.reply.answer(202, "");
    } else this.#answerIfAll();
  }

  #answerIfAll(): void {
    if (!this.#isDecided || this.asked.length > 0 || this.ownAnswers.length === 0) return;
    const [first] = this.ownAnswers;
    const http = this.#forwarded.length === 0 ? httpAnswerOfAll(this.ownAnswers) : undefined;
    const json = JSON.stringify(this.isBatch ? this.ownAnswers : first);
    this.mover.reply.answer(http?.status ?? statusOf(this.ownAnswers), json, http && retryAfter(http));
    this.mover.abandon();
  }

  #refuse(answer: Message): void {
    this.#isChanged = true;
    this.ownAnswers.push(answer);
  }

  #acceptance(): Promise<void> {
    this.#accepted ??= Promise.withResolvers();
    this.#accepted.promise.catch(() => {}); // Who asks for it hears of it; nobody need.
    return this.#accepted.promise;
  }

  #askBeside(question: Message): void {
    const give = (answers: readonly Message[]) => {
      for (const answer of answers) if (answer.id === question.id) this.home.line.fromServer(answer, undefined);
    };
    const nothing = { jsonrpc: "2.0", id: question.id, result: {} };
    this.mover.sendBeside(question).then(give, () => give([nothing]));
  }

  /** On 2026-07-28 nobody says so: `abandon` closes the stream, which is the cancellation. */
  #withdraw(notification: Message): void {
    const revision = headerFrom(this.extra.requestInfo?.headers, "mcp-protocol-version");
    if (eraOf(revision) !== "modern") this.mover.sendBeside(notification).catch(() => {});
  }
}

/** Of the statuses with which a proxy itself ends a request. */
export function failureCode(httpStatus: number): number {
  if (httpStatus === 503) return OPS_RPC.notPrimary;
  return httpStatus === 504 ? OPS_RPC.deadlineExceeded : OPS_RPC.unavailable;
}

function isMalformed({ id, method }: Message): boolean {
  return typeof method === "string" && id !== undefined && typeof id !== "string" && typeof id !== "number";
}

/** A method with an id that is neither text nor number: no server may run it, and no gate could answer it. */
function malformedId({ id = null }: Message): Message {
  const message = "The id of a request must be a string or a number.";
  return { jsonrpc: "2.0", id, error: { code: RPC.invalidRequest, message } };
}

/** One of our own refusals alone has a status of its own; JSON-RPC errors of gates are answers like any other. */
function statusOf(answers: readonly Message[]): number {
  const [only, another] = answers;
  const code = another === undefined && isObject(only?.error) ? only.error.code : undefined;
  if (code === RPC.invalidRequest) return 400;
  return code === OPS_RPC.deadlineExceeded ? 504 : 200;
}
