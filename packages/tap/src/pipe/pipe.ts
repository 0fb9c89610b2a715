import type { RequestId } from "@mcp-ops/exchange";
import { OPS_RPC } from "@mcp-ops/formats";
import { openConnection } from "../connections.ts";
import { Line } from "../line.ts";
import { idTaken, isRequest, isResponse, type Message } from "../messages.ts";
import type { Pipeline } from "../pipeline.ts";
import { Handshake } from "./handshake.ts";
import { Passage } from "./passage.ts";
import type { TopLevel } from "./top-level.ts";

/** The messages of agents are kilobytes; whole files come by in some. */
export const DEFAULT_MAX_MESSAGE_BYTES: number = 64 * 1024 * 1024;

/** Where the bytes of a pipe go on, and what is told beside them. */
export interface PipeEnds {
  toServer(bytes: Buffer): void;
  toClient(bytes: Buffer): void;
  /** A line that is no JSON-RPC message has passed, unchanged. */
  onPassedLine(from: "client" | "server"): void;
  /** A line was longer than `maxMessageBytes`, and did not pass. Who asked has been told. */
  onTooLong(from: "client" | "server", bytes: number): void;
}

/** One client and one server that speak over a pipe, line by line (spec: basic/transports, stdio). */
export class PipeTap {
  readonly #pipeline: Pipeline;
  readonly #ends: PipeEnds;
  readonly #maxBytes: number;
  readonly #toServer: Passage;
  #toClient: Passage;
  #line: Line;
  readonly #handshake = new Handshake();
  #disconnect: (() => void) | undefined;
  /** What an earlier server asked: the one that came after it does not know these ids, or means others by them. */
  readonly #orphaned = new Set<RequestId>();

  constructor(pipeline: Pipeline, ends: PipeEnds, maxBytes: number) {
    this.#pipeline = pipeline;
    this.#ends = ends;
    this.#maxBytes = maxBytes;
    this.#line = this.#newLine();
    this.#toServer = new Passage({
      maxBytes,
      findsHidden: true,
      write: (bytes) => ends.toServer(bytes),
      accept: (message) => this.#fromClient(message),
      passed: () => ends.onPassedLine("client"),
      tooLong: (found, bytes) => this.#tooLong("client", found, bytes),
    });
    this.#toClient = this.#newToClient();
  }

  /** Name of the server, as in every signal. */
  get server(): string {
    return this.#line.server;
  }

  /** Whether the client has asked something that the server has not answered yet. */
  get owesAnswers(): boolean {
    return this.#line.owesAnswers;
  }

  /** Whether the server may still be at work on a call that was answered in its place. */
  get isLate(): boolean {
    return this.#line.isLate;
  }

  fromClient(chunk: Buffer): void {
    this.#toServer.push(chunk);
  }

  fromServer(chunk: Buffer): void {
    this.#toClient.push(chunk);
  }

  /** The client has ended its side. */
  async clientEnded(): Promise<void> {
    await this.#toServer.end();
  }

  /** The server has ended its side. Settles when all it said has been handed to the client; what it left open is lost then. */
  async serverEnded(): Promise<void> {
    await this.#toClient.end();
    this.#close();
  }

  /** As `serverEnded`, where another server takes its place: the client is told that nobody will answer what it has asked. */
  async serverReplaced(): Promise<void> {
    await this.#toClient.end();
    const { asked, open } = this.#close();
    for (const id of open) this.#orphaned.add(id);
    for (const id of asked) this.#toClient.deliver({ jsonrpc: "2.0", id, error: SERVER_GONE });
    const { client, revision, nameSeen } = this.#line;
    this.#line = Object.assign(this.#newLine(), { client, revision, nameSeen });
    this.#toClient = this.#newToClient();
  }

  /** Repeats the client's handshake with a new server, which the client does not notice. False when the server refuses. */
  greetAgain(): Promise<boolean> {
    return this.#handshake.repeat((message) => this.#toServer.deliver(message));
  }

  #fromClient(message: Message): unknown {
    this.#handshake.sawFromClient(message);
    if (isResponse(message) && this.#orphaned.delete(message.id)) return undefined;
    if (isRequest(message) && this.#line.isTaken(message.id)) return this.#toClient.deliver(idTaken(message.id));
    return this.#line.fromClient(message, undefined);
  }

  #fromServer(message: Message): unknown {
    if (this.#handshake.takesAnswer(message)) return undefined;
    if (message.method !== undefined && message.id !== undefined) this.#orphaned.delete(message.id as RequestId);
    const returned = this.#line.fromServer(message, undefined);
    // With the first answer, because it may be what names the server.
    this.#disconnect ??= openConnection(this.#pipeline, this.#line, "stdio");
    return returned;
  }

  #tooLong(from: "client" | "server", { id, isQuestion }: TopLevel, bytes: number): void {
    this.#ends.onTooLong(from, bytes);
    const answer = { jsonrpc: "2.0", id: id ?? null, error: tooLong(bytes, this.#maxBytes) };
    if (isQuestion && id === undefined) return;
    if (isQuestion) return (from === "client" ? this.#toClient : this.#toServer).deliver(answer);
    if (id !== undefined) void (from === "client" ? this.#fromClient(answer) : this.#fromServer(answer));
    else if (from === "client") this.#toClient.deliver(answer);
  }

  #close(): { readonly asked: readonly RequestId[]; readonly open: readonly RequestId[] } {
    const closed = this.#line.closed();
    this.#disconnect?.();
    this.#disconnect = undefined;
    return closed;
  }

  #newLine(): Line {
    return new Line(
      this.#pipeline,
      undefined,
      "stdio",
      {},
      {
        toServer: (message) => this.#toServer.deliver(message),
        toClient: (message) => this.#toClient.deliver(message),
      },
    );
  }

  #newToClient(): Passage {
    return new Passage({
      maxBytes: this.#maxBytes,
      findsHidden: false,
      write: (bytes) => this.#ends.toClient(bytes),
      accept: (message) => this.#fromServer(message),
      passed: () => this.#ends.onPassedLine("server"),
      tooLong: (found, bytes) => this.#tooLong("server", found, bytes),
    });
  }
}

const SERVER_GONE = {
  code: OPS_RPC.unavailable,
  message: "The server ended before it answered, and is being started again. Ask again.",
};

function tooLong(bytes: number, maxBytes: number): object {
  const message = `A message of ${bytes} bytes did not pass: the limit here is ${maxBytes}. Send less at once, or let the operator raise --max-message-size.`;
  return { code: OPS_RPC.tooLarge, message };
}
