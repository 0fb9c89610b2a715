import { z } from "zod";
import { hosts, listen, path, type SecretReference, secret, type TlsSettings, tls } from "../config/sections.ts";

/** The section `arbiter` of the config. */
export interface ArbiterSettings {
  readonly listen: string | number;
  readonly hosts: readonly string[];
  readonly tls?: TlsSettings | undefined;
  readonly file?: string | undefined;
  readonly nodes: Readonly<Record<string, SecretReference>>;
}

const node = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, {
  error: "must be the name of a node, of letters, digits, dots, dashes and underscores",
});

export const arbiterSection: z.ZodType<ArbiterSettings> = z
  .strictObject({
    listen: listen
      .default("off")
      .describe("Where the nodes ask: a port, host:port, the absolute path of a socket, or off.")
      .meta({ examples: ["127.0.0.1:9467"] }),
    hosts: hosts.describe("As above.").meta({ examples: [["arbiter.example.com"]] }),
    tls: tls
      .optional()
      .describe("TLS on this listener. Without it whoever listens on the way reads the nodes' tokens."),
    file: path
      .optional()
      .describe(
        "Its ledger. Default: arbiter.db beside the embedded state. Losing it costs a wait of one ttl and a raise-floor.",
      )
      .meta({ examples: ["/var/lib/mcp-ops/arbiter.db"] }),
    nodes: z
      .record(node, secret)
      .default({})
      .describe(
        "The token of each node, at least 16 characters and another for each: it may take leases in its own name only.",
      )
      .meta({ examples: [{ alpha: { file: "/etc/mcp-ops/alpha-token" }, beta: { file: "/etc/mcp-ops/beta-token" } }] }),
  })
  .describe(
    "Gives the leases of failover, where no etcd, Kubernetes or PostgreSQL does. It is alone: while it is gone nobody leads.",
  );
