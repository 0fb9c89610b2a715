import { type RequestOptions, request } from "node:http";
import { request as tlsRequest } from "node:https";
import { text } from "node:stream/consumers";
import { urlToHttpOptions } from "node:url";

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface Question {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is when it is text, else as JSON. */
  readonly body?: object | string;
  /** Certificates of a client, and who signed the server's. */
  readonly tls?: { readonly ca: string; readonly cert?: string; readonly key?: string; readonly servername?: string };
}

/** Asks a listener, by its URL or the path of its socket. */
export async function ask(
  address: string,
  path: string,
  { method = "GET", headers = {}, body, tls }: Question = {},
): Promise<Reply> {
  const where: RequestOptions = address.startsWith("/")
    ? { socketPath: address, path }
    : urlToHttpOptions(new URL(path, address));
  const { promise, resolve, reject } = Promise.withResolvers<Reply>();
  const sent = typeof body === "object" ? JSON.stringify(body) : body;
  // By itself Node says nothing of the body of a DELETE.
  const length = sent === undefined ? {} : { "content-length": String(Buffer.byteLength(sent)) };
  const send = tls === undefined ? request : tlsRequest;
  const asked = send({ ...where, ...tls, method, headers: { ...headers, ...length }, agent: false }, (response) => {
    const { statusCode: status = 0, headers: got } = response;
    text(response).then((body) => resolve({ status, headers: got, body }), reject);
  });
  asked.on("error", reject).end(sent);
  return promise;
}

export function bearer(token: string): Question {
  return { headers: { authorization: `Bearer ${token}` } };
}
