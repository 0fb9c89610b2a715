import { type ClientRequest, type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { type Check, type CheckOptions, check, wrong } from "../check.ts";
import { decoded } from "./decoded.ts";

export interface HttpCheckOptions extends CheckOptions {
  /** `http:` or `https:`. Credentials in it are sent as Basic authorization. */
  readonly url: string | URL;
  /** Default: `GET`. */
  readonly method?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Whether a status is a good one. Default: 200 to 399. */
  readonly expectStatus?: ((status: number) => boolean) | undefined;
  /** Certificate authority to trust besides the usual ones (`https:`). */
  readonly ca?: string | Buffer | undefined;
}

/** Redirects count as alive: a health check does not follow them to somewhere else. */
const DEFAULT_EXPECT_STATUS = (status: number): boolean => status >= 200 && status < 400;

/** Whether an HTTP server answers well. Each run opens a connection of its own and reads no body. */
export function httpCheck(options: HttpCheckOptions): Check {
  const url = parse(options.url);
  const { method = "GET", headers = {}, expectStatus = DEFAULT_EXPECT_STATUS, ca } = options;
  return check(options, {
    name: "http",
    // Path and query may hold tokens; the host is enough to find the dependency.
    target: `${url.protocol}//${url.host}`,
    secrets: [decoded(url.password), url.password, ...Object.values(headers)],
    async run(signal) {
      const send = url.protocol === "https:" ? requestHttps : requestHttp;
      const sent = send(url, { method, headers, signal, agent: false, ...(ca !== undefined && { ca }) });
      const status = await statusOf(sent);
      return { ok: expectStatus(status), message: `HTTP ${status}` };
    },
  });
}

function statusOf(sent: ClientRequest): Promise<number> {
  return new Promise((resolve, reject) => {
    sent.on("error", reject);
    sent.once("socket", (socket) => socket.unref());
    sent.once("response", (response: IncomingMessage) => {
      resolve(response.statusCode ?? 0);
      response.destroy();
    });
    sent.end();
  });
}

function parse(given: string | URL): URL {
  const url = URL.parse(String(given));
  if (url?.protocol === "http:" || url?.protocol === "https:") return url;
  throw wrong("The `url` of a health check by HTTP must begin with http:// or https://.");
}
