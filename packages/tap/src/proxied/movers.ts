import type { Message } from "../messages.ts";

/** What the tap knows of an HTTP request. */
export interface Head {
  /** As Node gives them: lower-case names. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Path and query. */
  readonly target: string;
}

/** The client's side of an HTTP request, as the tap writes to it. */
export interface Reply {
  /** Whether status and headers are out. */
  readonly isStarted: boolean;
  /** A whole answer of our own, as JSON. `retryAfter` in whole seconds. */
  answer(httpStatus: number, json: string, retryAfter?: string): void;
  /** Passes on the upstream's status and headers; the body that follows is `bytes` long where it is another than the upstream's. */
  start(bytes?: number): void;
  write(bytes: Uint8Array | string): void;
  end(): void;
  /** Breaks the connection, so that nobody takes what has come for the whole. */
  break(): void;
}

/** Who moves the bytes of a request to the upstream. */
export interface Mover {
  readonly reply: Reply;
  /** Sends the request on: as it came, or with another body, and with the fencing token that a gate has put into it. */
  forward(json: string | undefined, fencingToken?: string): void;
  /** Sends a message of ours to where this request goes, in the name of the same client. Gives the messages that come back; rejects when none can. */
  sendBeside(message: Message): Promise<readonly Message[]>;
  /** Gives up on the upstream's answer. */
  abandon(): void;
}

/** What the upstream sends, as the mover tells of it. */
export interface Inflow {
  push(chunk: Uint8Array): void;
  /** The upstream's answer is complete. */
  end(): void;
  /** It broke off. */
  broke(): void;
}
