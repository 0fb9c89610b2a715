import { type ClientRequest, type IncomingMessage, type RequestOptions, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import type { ConnectionOptions } from "node:tls";
import { urlToHttpOptions } from "node:url";

export interface HttpQuestion {
  readonly method: "GET" | "POST" | "DELETE";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
  /** For `https:`, where the certificate is one we know. */
  readonly tls?: ConnectionOptions | undefined;
  /** Says of a stream's text so far that it holds all that was asked for. */
  readonly isEnough?: (text: string) => boolean;
}

export interface HttpReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** What we ask for is never longer. */
const MAX_BYTES = 4 * 1024 * 1024;

/** Asks over a connection of its own: one that was kept may lead to a process that is no more. `to` is a URL, or a path at a Unix socket. */
export function askHttp(
  to: URL | { readonly socket: string; readonly path: string },
  question: HttpQuestion,
): Promise<HttpReply> {
  const { promise, resolve, reject } = Promise.withResolvers<HttpReply>();
  const asked = send(to, question);
  asked.once("error", reject);
  asked.once("response", (response) => readReply(response, question.isEnough).then(resolve, reject));
  asked.end(question.body);
  return promise;
}

/** The same, for an answer that is no text. */
export async function askForBytes(
  to: URL,
  question: HttpQuestion,
  most: number,
): Promise<{ readonly status: number; readonly body: Buffer }> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const asked = send(to, question);
  asked.once("error", reject);
  asked.once("response", resolve);
  asked.end(question.body);
  const response = await promise;
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > most) throw new Error(`the answer is longer than ${most} bytes`);
    chunks.push(chunk);
  }
  return { status: response.statusCode ?? 0, body: Buffer.concat(chunks) };
}

function send(to: URL | { readonly socket: string; readonly path: string }, question: HttpQuestion): ClientRequest {
  const { method, headers = {}, signal, body, tls = {} } = question;
  const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
  const options: RequestOptions = { method, headers: { ...headers, ...length }, signal, agent: false };
  if (!(to instanceof URL)) return requestHttp({ ...options, socketPath: to.socket, path: to.path });
  const ask = to.protocol === "https:" ? requestHttps : requestHttp;
  return ask({ ...urlToHttpOptions(to), ...options, ...tls } as RequestOptions);
}

async function readReply(
  response: IncomingMessage,
  isEnough: (text: string) => boolean = () => false,
): Promise<HttpReply> {
  const { statusCode: status = 0, headers } = response;
  let text = "";
  for await (const chunk of response.setEncoding("utf8")) {
    text += chunk;
    if (text.length > MAX_BYTES) throw new Error(`the answer is longer than ${MAX_BYTES} characters`);
    // Leaving the loop ends the stream, and with it the connection.
    if (isEnough(text)) break;
  }
  return { status, headers, text };
}
