import type { HonoRequest } from "hono";
import { SIDECAR_ERROR } from "../codes.ts";
import { type AdminReply, type AdminRequest, problem } from "./admin-route.ts";

/** No operation needs more words. */
const MAX_BYTES = 16 * 1024;
const REQUEST_ID = /^[\x21-\x7e]{1,128}$/;

/** What a client has written, as far as a route may see it; or the answer, where that cannot be read. */
export async function readRequest(request: HonoRequest, isKnown: boolean): Promise<AdminRequest | AdminReply> {
  const requestId = request.header("x-request-id");
  if (requestId !== undefined && !REQUEST_ID.test(requestId)) {
    return malformed("X-Request-Id has 1 to 128 letters, digits and signs. Send another, or none.");
  }
  const text = await readText(request);
  if (text === undefined)
    return malformed(`The body is longer than ${MAX_BYTES} bytes. Send the fields of this route only.`);
  const body = text === "" ? undefined : parse(text);
  if (body === NOT_JSON) return malformed('The body is not JSON. Send it like {"role":"primary"}.');
  return { params: request.param() as Record<string, string>, query: request.query(), body, requestId, isKnown };
}

/** Undefined when it is too long. */
async function readText({ raw: { body } }: HonoRequest): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8").trim();
}

const NOT_JSON = Symbol();

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return NOT_JSON;
  }
}

function malformed(message: string): AdminReply {
  return problem(400, SIDECAR_ERROR.requestMalformed, message);
}
