import type { Exchange, Outcome } from "@mcp-ops/exchange";
import { judge, LISTEN_METHOD } from "@mcp-ops/formats";

/** How an exchange ended, in the words of the conventions. */
export interface Ending {
  /** `error.type`; undefined when it did not fail. */
  readonly errorType: string | undefined;
  /** `rpc.response.status_code`, bounded to the codes we know. */
  readonly statusCode: string | undefined;
}

/**
 * The status rules of the conventions. A client's fault is not an error of the server's span, but it is one of a client's, and
 * that is what the server is when it asks.
 */
export function endingOf(exchange: Exchange, outcome: Outcome, clientFaultCodes: ReadonlySet<number>): Ending {
  const { errorType, rpcStatusCode } = judge(exchange, outcome);
  if (outcome.kind === "error" && outcome.code !== undefined && outcome.cause === undefined) {
    const isClientFault = exchange.direction === "inbound" && clientFaultCodes.has(outcome.code);
    return { errorType: isClientFault ? undefined : rpcStatusCode, statusCode: rpcStatusCode };
  }
  // Streams end when the client has heard enough.
  const isStreamEnd = exchange.method === LISTEN_METHOD && (outcome.kind === "cancelled" || outcome.kind === "lost");
  return { errorType: isStreamEnd ? undefined : errorType, statusCode: rpcStatusCode };
}
