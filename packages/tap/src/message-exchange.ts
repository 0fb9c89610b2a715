import {
  type ClientInfo,
  type Connection,
  type Direction,
  type Era,
  type Exchange,
  type JsonObject,
  jsonBytes,
  type RequestId,
  readonlyView,
  type TraceIdentity,
  type TransportKind,
} from "@mcp-ops/exchange";
import { type Extra, headerOf, principalOf } from "./extra.ts";
import {
  clientInfoOf,
  eraOf,
  isRequest,
  META,
  type Message,
  metaOf,
  paramsOf,
  targetOf,
  textOf,
  UNREAD_ID,
} from "./messages.ts";
import type { Targets } from "./targets.ts";

/** An exchange read from a JSON-RPC message, lazily: what nobody asks for is not computed. */
export class MessageExchange implements Exchange {
  readonly direction: Direction;
  readonly method: string;
  readonly startedAt: number;
  readonly #message: Message;
  readonly #extra: Extra | undefined;
  readonly #connection: Connection;
  readonly #targets: Targets;
  #found: string | null | undefined;
  #requestBytes: number | undefined;
  #trace: TraceIdentity | undefined;
  #sessionHeader: string | null | undefined;
  #meta: JsonObject | null | undefined;

  constructor(
    direction: Direction,
    message: Message & { readonly method: string },
    extra: Extra | undefined,
    connection: Connection,
    targets: Targets,
    startedAt: number = performance.now(),
  ) {
    this.direction = direction;
    this.method = message.method;
    this.startedAt = startedAt;
    this.#message = message;
    this.#extra = extra;
    this.#connection = connection;
    this.#targets = targets;
    // Who reads the exchange cannot change what the next one reads, nor where the line sends it.
    Object.freeze(this);
  }

  get kind(): "request" | "notification" {
    return isRequest(this.#message) ? "request" : "notification";
  }

  get id(): RequestId | undefined {
    return isRequest(this.#message) && this.#message.id !== UNREAD_ID ? this.#message.id : undefined;
  }

  get server(): string {
    return this.#connection.server;
  }

  get transport(): TransportKind {
    return this.#connection.transport;
  }

  get session(): string | undefined {
    return this.#connection.session ?? this.#sessionSent();
  }

  get revision(): string | undefined {
    return (
      textOf(metaOf(this.#message)?.[META.protocolVersion]) ??
      this.#connection.revision ??
      headerOf(this.#extra, "mcp-protocol-version")
    );
  }

  get era(): Era | undefined {
    const classified = this.#extra?.classification?.era;
    if (classified === "legacy" || classified === "modern") return classified;
    if (this.method === "initialize") return "legacy";
    return this.method === "server/discover" ? "modern" : (eraOf(this.revision) ?? this.#connection.era);
  }

  get client(): ClientInfo | undefined {
    const own = clientInfoOf(metaOf(this.#message)?.[META.clientInfo]);
    if (own !== undefined || this.#connection.client !== undefined) return own ?? this.#connection.client;
    return this.method === "initialize" ? clientInfoOf(paramsOf(this.#message)?.clientInfo) : undefined;
  }

  get principal(): string | undefined {
    return principalOf(this.#extra);
  }

  header(name: string): string | undefined {
    return headerOf(this.#extra, name);
  }

  get knownMethod(): string | undefined {
    return this.#targets.isMethodKnown(this.method) ? this.method : undefined;
  }

  get target(): string | undefined {
    return targetOf(this.method, paramsOf(this.#message));
  }

  get knownTarget(): string | undefined {
    return this.#find() ?? this.#targets.findOwn(this.method, this.target);
  }

  get targetKnown(): boolean | undefined {
    const found = this.#find();
    return found === undefined ? undefined : found !== null;
  }

  get params(): JsonObject | undefined {
    const params = paramsOf(this.#message);
    return params === undefined ? undefined : readonlyView(params);
  }

  get meta(): JsonObject | undefined {
    if (this.#meta === undefined) {
      const meta = metaOf(this.#message);
      this.#meta = meta === undefined ? null : readonlyView(meta);
    }
    return this.#meta ?? undefined;
  }

  get requestBytes(): number {
    this.#requestBytes ??=
      this.#message.id === UNREAD_ID ? bytesIn(this.header("content-length")) : jsonBytes(this.#message);
    return this.#requestBytes;
  }

  get trace(): TraceIdentity | undefined {
    return this.#trace;
  }

  set trace(trace: TraceIdentity | undefined) {
    if (this.#trace !== undefined)
      throw new TypeError("The trace of an exchange is written once; tracing has filled it already.");
    this.#trace = trace;
  }

  /** Remembered: every observer asks for it, and the headers of a web request are slow to read. */
  #sessionSent(): string | undefined {
    if (this.#sessionHeader === undefined) this.#sessionHeader = headerOf(this.#extra, "mcp-session-id") ?? null;
    return this.#sessionHeader ?? undefined;
  }

  /** Remembered once found; asked again while it is not, since the server's lists may arrive later than the question. */
  #find(): string | null | undefined {
    if (typeof this.#found === "string") return this.#found;
    const target = this.target;
    if (target !== undefined) this.#found = this.#targets.find(this.method, target);
    return this.#found;
  }
}

/** A client may write anything there, and a size that is none would spoil the sums it is added to. */
function bytesIn(contentLength: string | undefined): number {
  const bytes = Number(contentLength ?? 0);
  return Number.isSafeInteger(bytes) && bytes >= 0 ? bytes : 0;
}
