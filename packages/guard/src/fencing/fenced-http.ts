import type { IncomingMessage, ServerResponse } from "node:http";
import { FENCING_HEADER, type OpsError } from "@mcp-ops/formats";
import { GUARD_ERROR } from "../codes.ts";
import type { FencedSink } from "./fenced-sink.ts";

/** What a stale writer hears (409), and one without a token (428, RFC 6585). */
const STATUS: Readonly<Record<string, number>> = {
  [GUARD_ERROR.fencedStale]: 409,
  [GUARD_ERROR.fencedJump]: 409,
  [GUARD_ERROR.fencedToken]: 428,
};

/** Whether a request that writes may go on, by the token in its header `x-mcp-ops-fencing-token`. Answers it where it may not. */
export function admitRequest(sink: FencedSink, request: IncomingMessage, response: ServerResponse): boolean {
  try {
    sink.admit(request.headers[FENCING_HEADER]);
    return true;
  } catch (error) {
    const { code, message } = error as OpsError;
    const status = STATUS[code] ?? 503;
    const body = JSON.stringify({
      error: { code, message: status === 503 ? "The token cannot be kept now." : message },
    });
    response.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
    response.end(body);
    return false;
  }
}
