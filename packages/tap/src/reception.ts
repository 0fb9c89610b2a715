import { AsyncLocalStorage } from "node:async_hooks";
import type { ServerResponse } from "node:http";
import { httpAnswerOf, httpAnswerOfAll, retryAfter } from "./http-answer.ts";
import { interceptMethod } from "./intercept.ts";
import type { Message } from "./messages.ts";
import { isNodeResponse } from "./node-handler.ts";

/** A whole response of our own, in place of what an SDK's transport makes of the same answer. */
interface StandIn {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What came with one HTTP request at a transport, and what gates have refused of it. */
class Reception {
  #messages = 0;
  readonly #refused: Message[] = [];

  received(): void {
    this.#messages++;
  }

  refused(message: Message): void {
    this.#refused.push(message);
  }

  /** Given only while nothing of the request has reached the server: whoever gets it may ask elsewhere. */
  get standIn(): StandIn | undefined {
    const [first] = this.#refused;
    if (first === undefined || this.#refused.length !== this.#messages) return undefined;
    const http = httpAnswerOfAll(this.#refused);
    if (http === undefined) return undefined;
    const body = JSON.stringify(this.#messages === 1 ? first : this.#refused);
    const wait = retryAfter(http);
    const headers = { "content-type": "application/json", ...(wait !== undefined && { "retry-after": wait }) };
    return { status: http.status, headers, body };
  }
}

const receptions = new AsyncLocalStorage<Reception>();

/** A message of the request under way has come to the transport. */
export function received(): void {
  receptions.getStore()?.received();
}

/** An answer goes out. */
export function answered(message: Message): void {
  if (httpAnswerOf(message) !== undefined) receptions.getStore()?.refused(message);
}

/** Whether the request under way gets a response of ours. */
export function isStoodInFor(): boolean {
  return receptions.getStore()?.standIn !== undefined;
}

/**
 * Runs `handleRequest` (web-style or Node-style) or `handleMessage` of a transport, so that what gates refuse with an HTTP status leaves with
 * that status: the SDKs' transports choose it themselves, 200 for any answer.
 */
export function receive(original: (...args: unknown[]) => unknown, ...args: unknown[]): unknown {
  const reception = new Reception();
  const response = args[1];
  if (isNodeResponse(response)) standInAtHead(response, reception);
  const served = receptions.run(reception, () => original(...args));
  return served instanceof Promise ? served.then((given: unknown) => insteadOf(given, reception)) : served;
}

function insteadOf(given: unknown, reception: Reception): unknown {
  const own = given instanceof Response ? reception.standIn : undefined;
  if (own === undefined) return given;
  void (given as Response).body?.cancel().catch(() => {});
  return new Response(own.body, { status: own.status, headers: own.headers });
}

function standInAtHead(response: ServerResponse, reception: Reception): void {
  const end = response.end.bind(response);
  interceptMethod(response, "writeHead", (writeHead: (...args: unknown[]) => unknown, ...args: unknown[]) => {
    const own = reception.standIn;
    if (own === undefined) return writeHead(...args);
    writeHead(own.status, { ...own.headers, "content-length": String(Buffer.byteLength(own.body)) });
    // What the transport goes on to write has been said.
    Object.assign(response, { writeHead: () => response, write: () => true, end: () => response });
    end(own.body);
    return response;
  });
}
