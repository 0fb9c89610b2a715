import { request } from "node:http";
import { text } from "node:stream/consumers";
import { urlToHttpOptions } from "node:url";
import { parseExposition, type Sample } from "./exposition.ts";

export interface Page {
  readonly status: number | undefined;
  readonly contentType: string | undefined;
  readonly body: string;
}

/** Reads a `/metrics` page at a URL, or on a Unix socket when given its path. */
export async function scrape(address: string): Promise<readonly Sample[]> {
  return parseExposition((await scrapePage(address)).body);
}

/** The page as it comes. */
export async function scrapePage(address: string, accept = "text/plain"): Promise<Page> {
  const where = address.startsWith("/")
    ? { socketPath: address, path: "/metrics" }
    : urlToHttpOptions(new URL(address));
  const { promise, resolve, reject } = Promise.withResolvers<Page>();
  // A connection that is kept may be closed by the server at the moment it is used again.
  const asked = request({ ...where, headers: { accept }, agent: false }, (response) => {
    const { statusCode: status, headers } = response;
    text(response).then((body) => resolve({ status, contentType: headers["content-type"], body }), reject);
  });
  asked.on("error", reject).end();
  return promise;
}
