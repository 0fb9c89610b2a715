import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { OPS_RPC } from "@mcp-ops/formats";
import { type Pipeline, tap } from "@mcp-ops/tap";
import { NodeStreamableHTTPServerTransport } from "@modelcontextprotocol/node";
import { HTTP_REFUSAL, refuse } from "./http-answers.ts";
import { errorFor, type Id, isMessage, isRequest, isResponse, type Message, type Response } from "./message.ts";
import type { Guest, House, Seat } from "./seat.ts";
import { Unread } from "./unread.ts";
import { Unsent } from "./unsent.ts";

/** What a server may say before its client opens a stream, such as a question for its roots. */
const MAX_UNSENT = 100;

type SdkMessage = Parameters<NodeStreamableHTTPServerTransport["send"]>[0];

/** A session of the revisions until 2025-11-25: its HTTP side is the SDK's, the server behind it is a seat. */
export class Session implements Guest {
  readonly listens = true;
  readonly #transport: NodeStreamableHTTPServerTransport;
  readonly #unsent = new Unsent(MAX_UNSENT);
  readonly #unread = new Unread();
  /** Questions of the client without an answer yet, each with the token under which the server tells its progress. */
  readonly #open = new Map<Id, unknown>();
  readonly #onEnd: (session: Session) => void;
  #seat: Seat | undefined;
  #hasStream = false;
  #requests = 0;
  #lastAsked = performance.now();
  /** Why nothing is asked any more, once it is so. */
  #stopped: string | undefined;
  #hasEnded = false;

  constructor(pipeline: Pipeline, onBegin: (id: string, session: Session) => void, onEnd: (session: Session) => void) {
    this.#onEnd = onEnd;
    this.#transport = new NodeStreamableHTTPServerTransport({
      sessionIdGenerator: () => randomUUID(),
      onsessioninitialized: (id) => onBegin(id, this),
    });
    this.#noteAnswers();
    this.#transport.onmessage = (message) => this.#fromClient(message as Message);
    this.#transport.onclose = () => this.#end();
    tap(this.#transport, pipeline);
  }

  /** Takes its place at the server. @throws OpsError when that cannot be started. */
  async begin(house: House): Promise<void> {
    this.#seat = await house.seat(this);
    await this.#transport.start();
  }

  get id(): string | undefined {
    return this.#transport.sessionId;
  }

  /** How long nothing has been asked, while nothing is open. */
  idleMs(): number {
    return this.#requests > 0 ? 0 : performance.now() - this.#lastAsked;
  }

  async handle(request: IncomingMessage, response: ServerResponse, body?: unknown): Promise<void> {
    if (this.#seat?.isClogged === true) {
      return refuse(response, 503, HTTP_REFUSAL, "The server does not read what it is asked. Try again later.");
    }
    this.#requests++;
    this.#unread.watch(response);
    response.once("close", () => {
      this.#requests--;
      this.#lastAsked = performance.now();
    });
    if (request.method === "GET") this.#streamOpens(response);
    const asked = [body].flat().filter((message) => isMessage(message) && isRequest(message));
    for (const message of asked) this.#asked(message);
    // Whatever the server says of them from then on would reach nobody.
    response.once("close", () => asked.forEach(({ id }) => void this.#open.delete(id as Id)));
    await this.#transport.handleRequest(request, response, body);
    this.#sendUnsent();
  }

  receive(message: Message): void {
    if (isResponse(message)) return void this.#send(message);
    const related = this.#relatedTo(message);
    if (this.#hasStream || related !== undefined) void this.#send(message, related);
    else if (!this.#unsent.add(message) && isRequest(message)) {
      this.#seat?.send(errorFor(message.id, OPS_RPC.unavailable, "The client does not listen."));
    }
  }

  serverEnded(): void {
    if (this.#stopped === undefined) void this.stop("The server ended before it answered. Start a new session.");
  }

  /** Ends it, with an answer to whatever is open. */
  async stop(reason: string): Promise<void> {
    this.#stopped ??= reason;
    const open = [...this.#open.keys()];
    await Promise.all(open.map((id) => this.#refuse(id, reason)));
    await this.close();
  }

  async close(): Promise<void> {
    await this.#transport.close();
  }

  /** Below the tap, where answers of gates pass, too. */
  #noteAnswers(): void {
    const send = this.#transport.send.bind(this.#transport);
    this.#transport.send = (message, options) => {
      const isAnswer = isResponse(message as Message);
      // An answer that nobody waits for any more goes nowhere.
      const isWaited = !isAnswer || this.#open.delete((message as Response).id);
      if (this.#unread.isFull) this.#hangUp();
      else if (isWaited) this.#unread.said(message);
      return send(message, options);
    };
  }

  #hangUp(): void {
    this.#unread.hangUp();
    void this.stop("The client does not read what it asks for. Start a new session.");
  }

  #fromClient(message: Message): void {
    // A cancelled question gets no answer, and its stream no more messages.
    if (message.method === "notifications/cancelled") this.#open.delete(message.params?.requestId as Id);
    // One that came in while the session was being stopped would be waited for, for ever.
    if (this.#stopped !== undefined && isRequest(message)) void this.#refuse(message.id, this.#stopped);
    else this.#seat?.send(message);
  }

  #refuse(id: Id, reason: string): Promise<void> {
    return this.#send(errorFor(id, OPS_RPC.unavailable, reason));
  }

  #asked({ id, params }: Message): void {
    this.#open.set(id as Id, params?._meta?.progressToken);
  }

  /** Which open question a message belongs to: the one it tells the progress of, else the newest, unless there is a stream for the rest. */
  #relatedTo({ method, params }: Message): Id | undefined {
    const open = [...this.#open];
    const byProgress = open.find(([, token]) => token !== undefined && token === params?.progressToken);
    if (method === "notifications/progress" && byProgress !== undefined) return byProgress[0];
    return this.#hasStream ? undefined : open.at(-1)?.[0];
  }

  /** A client that is gone misses its answer; the transport and the tap have noted it. */
  #send(message: Message, relatedRequestId?: Id): Promise<void> {
    const options = relatedRequestId === undefined ? {} : { relatedRequestId };
    return this.#transport.send(message as SdkMessage, options).catch(() => {});
  }

  /** The stream is there once its head is written; the transport says so to nobody else. */
  #streamOpens(response: ServerResponse): void {
    const { writeHead } = response;
    response.writeHead = ((...args: Parameters<typeof writeHead>) => {
      const written = writeHead.apply(response, args);
      if (response.statusCode === 200) {
        this.#hasStream = true;
        response.once("close", () => (this.#hasStream = false));
        this.#sendUnsent();
      }
      return written;
    }) as typeof writeHead;
  }

  #sendUnsent(): void {
    if (this.#hasStream || this.#open.size > 0) for (const message of this.#unsent.takeAll()) this.receive(message);
  }

  #end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#seat?.leave();
    this.#onEnd(this);
  }
}
