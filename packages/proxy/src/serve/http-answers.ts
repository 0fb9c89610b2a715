import type { IncomingMessage, ServerResponse } from "node:http";
import { RPC } from "@mcp-ops/formats";
import { errorFor, type Id, type Message } from "./message.ts";

/** Answers with a message of ours. */
export function answer(
  response: ServerResponse,
  status: number,
  message: Message,
  headers: Record<string, string> = {},
): void {
  if (response.headersSent) return void response.destroy();
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(message));
}

export function refuse(
  response: ServerResponse,
  status: number,
  code: number,
  words: string,
  id: Id | null = null,
): void {
  answer(response, status, errorFor(id, code, words), status === 413 ? { connection: "close" } : {});
}

/** The code that SDKs give to refusals by HTTP (JSON-RPC leaves it to servers). */
export const HTTP_REFUSAL = -32000;

/** Reads the body as JSON. Undefined when it was none, or too long; then the answer has been given. */
export async function jsonBody(request: IncomingMessage, response: ServerResponse, maxBytes: number): Promise<unknown> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > maxBytes) {
      refuse(response, 413, HTTP_REFUSAL, `The request is longer than ${maxBytes} bytes.`);
      return undefined;
    }
    pieces.push(piece);
  }
  try {
    return JSON.parse(Buffer.concat(pieces).toString("utf8"));
  } catch {
    refuse(response, 400, RPC.parseError, "The body is not JSON.");
    return undefined;
  }
}
