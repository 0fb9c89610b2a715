import { type ClientRequest, type IncomingMessage, request as overHttp } from "node:http";
import { request as overHttps } from "node:https";
import { OpsError, type Registration } from "@mcp-ops/formats";
import { SIDECAR_ERROR } from "../codes.ts";
import { convert } from "../exposition/convert.ts";
import type { Family, Format } from "../exposition/family.ts";
import { parseExposition, type Relabel } from "../exposition/parse.ts";
import { pageAddress } from "./page-address.ts";

export interface ScrapeLimits {
  /** For the whole scrape, from connecting to the last byte. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

const ACCEPT: Readonly<Record<Format, string>> = {
  classic: "text/plain;version=0.0.4",
  openMetrics: "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5",
};

/** The metrics of one server, in this format whatever it answers in. Rejects with an OpsError that says why there are none. */
export async function scrape(
  registration: Registration,
  folder: string,
  format: Format,
  limits: ScrapeLimits,
  relabel: Relabel,
  ended: AbortSignal,
): Promise<readonly Family[]> {
  const late = AbortSignal.timeout(limits.timeoutMs);
  const signal = AbortSignal.any([late, ended]);
  try {
    const response = await answer(ask(registration, folder, format, signal));
    const body = await bodyOf(response, limits.maxBytes);
    const spoken = isOpenMetrics(response) ? "openMetrics" : "classic";
    return parseExposition(body, spoken, relabel).flatMap((family) => convert(family, spoken, format));
  } catch (error) {
    if (error instanceof OpsError) throw error;
    throw failed(late.aborted ? `did not answer within ${limits.timeoutMs} ms` : `does not answer (${codeOf(error)})`);
  }
}

function ask(registration: Registration, folder: string, format: Format, signal: AbortSignal): ClientRequest {
  // One connection per scrape: a kept one would outlive the server, and die with the next request on it.
  const options = { signal, agent: false, headers: { accept: ACCEPT[format] } };
  const at = pageAddress(registration, folder, "/metrics");
  if (!(at instanceof URL)) return overHttp({ ...options, socketPath: at.socket, path: at.path });
  return (at.protocol === "https:" ? overHttps : overHttp)(at, options);
}

function answer(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once("response", resolve).once("error", reject).end();
  });
}

async function bodyOf(response: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    if (response.statusCode !== 200) throw failed(`answers with status ${response.statusCode}`);
    for await (const chunk of response as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw failed(`shows more than ${maxBytes} bytes (fleet.maxBytes)`);
      chunks.push(chunk);
    }
  } finally {
    response.destroy();
  }
  return Buffer.concat(chunks).toString("utf8");
}

function isOpenMetrics({ headers }: IncomingMessage): boolean {
  return headers["content-type"]?.trim().toLowerCase().startsWith("application/openmetrics-text") === true;
}

function codeOf(error: unknown): string {
  return String((error as NodeJS.ErrnoException).code ?? "no reason given");
}

function failed(how: string): OpsError {
  return new OpsError(SIDECAR_ERROR.scrapeFailed, `The server ${how}. It is shown as down until it answers.`);
}
