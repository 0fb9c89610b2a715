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
  /** Certificates of a client, and who signed the server's. */
  readonly tls?: { readonly ca: string; readonly cert?: string; readonly key?: string };
}

/** Asks a listener, by its URL or the path of its socket. */
export async function ask(
  address: string,
  path: string,
  { method = "GET", headers = {}, tls }: Question = {},
): Promise<Reply> {
  const where: RequestOptions = address.startsWith("/")
    ? { socketPath: address, path }
    : urlToHttpOptions(new URL(path, address));
  const { promise, resolve, reject } = Promise.withResolvers<Reply>();
  const send = tls === undefined ? request : tlsRequest;
  const asked = send({ ...where, ...tls, method, headers: { ...headers }, agent: false }, (response) => {
    const { statusCode: status = 0, headers: got } = response;
    text(response).then((body) => resolve({ status, headers: got, body }), reject);
  });
  asked.on("error", reject).end();
  return promise;
}

export function bearer(token: string): Question {
  return { headers: { authorization: `Bearer ${token}` } };
}
