import { request } from "node:http";
import { text } from "node:stream/consumers";
import { urlToHttpOptions } from "node:url";
import { expect, vi } from "vitest";
import { parseExposition } from "../demo/figures/exposition.ts";

export const OPENMETRICS = "application/openmetrics-text; version=1.0.0";

export interface Page {
  readonly status: number | undefined;
  readonly contentType: string | undefined;
  readonly body: string;
}

/** Reads the metrics at a URL, or on a Unix socket when given a path. */
export async function scrapePage(address: string, accept = "text/plain"): Promise<Page> {
  const where = address.startsWith("/")
    ? { socketPath: address, path: "/metrics" }
    : urlToHttpOptions(new URL(address));
  const { promise, resolve, reject } = Promise.withResolvers<Page>();
  const asked = request({ ...where, headers: { accept } }, (response) => {
    const { statusCode: status, headers } = response;
    text(response).then((body) => resolve({ status, contentType: headers["content-type"], body }), reject);
  });
  asked.on("error", reject).end();
  return promise;
}

/** Waits until the metrics show these samples: `name{label="value",…}` and value, in which labels that are not named do not count. */
export async function expectSamples(address: string, samples: readonly Sample[]): Promise<void> {
  await vi.waitFor(
    async () => {
      const found = parseExposition((await scrapePage(address)).body);
      for (const { name, labels, value } of samples) {
        expect(found).toContainEqual({ name, labels: expect.objectContaining(labels), value });
      }
    },
    { timeout: 10_000, interval: 50 },
  );
}

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}
