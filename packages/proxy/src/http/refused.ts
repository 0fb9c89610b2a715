import { RPC } from "@mcp-ops/formats";

/** A request that goes no further, with what the client is told. */
export interface Refused {
  readonly httpStatus: number;
  readonly message: string;
}

/** The body of a refusal: nobody has read which request it answers. */
export function refusalBody(message: string): string {
  return JSON.stringify({ jsonrpc: "2.0", id: null, error: { code: RPC.invalidRequest, message } });
}
