import type { TransportKind } from "@mcp-ops/exchange";

export interface Network {
  /** `network.transport` */
  readonly transport: string | undefined;
  /** `network.protocol.name` */
  readonly protocol: string | undefined;
}

const HTTP: Network = { transport: "tcp", protocol: "http" };
const PIPE: Network = { transport: "pipe", protocol: undefined };
const UNKNOWN: Network = { transport: undefined, protocol: undefined };

/** What the conventions call the carrier of an exchange. */
export function networkOf(transport: TransportKind): Network {
  if (transport === "http" || transport === "sse") return HTTP;
  return transport === "stdio" ? PIPE : UNKNOWN;
}
