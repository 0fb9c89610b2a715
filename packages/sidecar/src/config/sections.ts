import { isHost, type Listen, LOOPBACK_HOST, parseListen } from "@mcp-ops/kit";
import { z } from "zod";

/** Where a secret is, never the secret itself: config files are copied, mailed and committed. */
export type SecretReference = { readonly file: string } | { readonly env: string };

interface LogSettings {
  readonly level: "debug" | "info" | "warn" | "error";
}

interface StateSettings {
  readonly file?: string | undefined;
}

interface ShutdownSettings {
  readonly deadlineMs?: number | undefined;
}

interface ProbesSettings {
  readonly listen: string | number;
  readonly hosts: readonly string[];
}

export interface TlsSettings {
  readonly cert: string;
  readonly key: string;
  readonly clientCa?: string | undefined;
}

interface AdminSettings {
  readonly listen: string | number;
  readonly hosts: readonly string[];
  readonly token?: SecretReference | undefined;
  readonly tls?: TlsSettings | undefined;
}

/** What every daemon has; the sections of the duties come beside these. */
export interface BaseConfig {
  readonly log: LogSettings;
  readonly state: StateSettings;
  readonly shutdown: ShutdownSettings;
  readonly probes: ProbesSettings;
  readonly admin: AdminSettings;
}

/** Beside 9464, where an MCP server shows its own metrics. */
const DEFAULT_PROBES_LISTEN = "127.0.0.1:9465";
const DEFAULT_ADMIN_LISTEN = "127.0.0.1:9466";
/** Where no duty needs longer: what Docker waits before it kills, and a third of what Kubernetes does. */
export const DEFAULT_SHUTDOWN_MS = 10_000;

export const path: z.ZodString = z.string().min(1);

export const listen: z.ZodType<string | number> = z
  .union([z.string(), z.number().int()], { error: "must be a port, host:port, the absolute path of a socket, or off" })
  .refine((given) => !["wrong", undefined].includes(parseListen(String(given)) as string | undefined), {
    error: "must be a port, host:port, the absolute path of a socket, or off",
  });

export const secret: z.ZodType<SecretReference> = z.union(
  [z.strictObject({ file: path }), z.strictObject({ env: z.string().regex(/^[A-Za-z_]\w*$/) })],
  { error: "must say where the secret is, { file: path } or { env: NAME }, and never the secret itself" },
);

export const hosts: z.ZodDefault<z.ZodArray<z.ZodString>> = z
  .array(z.string().refine(isHost, { error: "must be a host name, such as metrics.example.com" }))
  .default([]);

export const tls: z.ZodType<TlsSettings> = z.strictObject({
  cert: path.describe("Certificate chain, PEM.").meta({ examples: ["/etc/mcp-ops/cert.pem"] }),
  key: path.describe("Its private key, PEM.").meta({ examples: ["/etc/mcp-ops/key.pem"] }),
  clientCa: path
    .optional()
    .describe("Who signs the certificates of clients, PEM; then every client must show one.")
    .meta({ examples: ["/etc/mcp-ops/clients.pem"] }),
});

/** The sections of the daemon itself, by their keys. */
export const BASE_SECTIONS: Readonly<{ [Key in keyof BaseConfig]: z.ZodType<BaseConfig[Key]> }> = {
  log: z
    .strictObject({
      level: z
        .enum(["debug", "info", "warn", "error"])
        .default("info")
        .describe("Least important lines that are written."),
    })
    .describe("The daemon's own log: JSON lines on stderr."),
  state: z
    .strictObject({
      file: path
        .optional()
        .describe(
          "File of the embedded state. Default: sidecar.db in $STATE_DIRECTORY, else in mcp-ops under $XDG_STATE_HOME.",
        )
        .meta({ examples: ["/var/lib/mcp-ops/sidecar.db"] }),
    })
    .describe("What the daemon remembers over restarts. Only one daemon may use a file."),
  shutdown: z
    .strictObject({
      deadlineMs: z
        .number()
        .int()
        .min(100)
        .max(600_000)
        .optional()
        .describe("How long the duties have to end their work. Default: 10 s, or longer where one may need it.")
        .meta({ examples: [DEFAULT_SHUTDOWN_MS] }),
    })
    .describe("What happens on SIGTERM and SIGINT."),
  probes: z
    .strictObject({
      listen: listen
        .default(DEFAULT_PROBES_LISTEN)
        .describe(
          "A port, host:port, the absolute path of a socket, or off. It may be open to all: it shows status words and metrics.",
        ),
      hosts: hosts
        .describe("Host names under which it may be asked, besides its own and the loopback names.")
        .meta({ examples: [["sidecar.example.com"]] }),
    })
    .describe("/livez, /readyz, /health and /metrics, without a token."),
  admin: z
    .strictObject({
      listen: listen
        .default(DEFAULT_ADMIN_LISTEN)
        .describe("As above. Beyond loopback and sockets it needs a token or tls.clientCa."),
      hosts: hosts.describe("As above.").meta({ examples: [["sidecar.example.com"]] }),
      token: secret
        .optional()
        .describe(
          "Where the token is that requests must show; at least 16 characters. Without one nothing can be changed by the API.",
        )
        .meta({ examples: [{ file: "/etc/mcp-ops/admin-token" }] }),
      tls: tls.optional().describe("TLS on this listener."),
    })
    .describe("The API under /api/v1."),
};

/** Where to listen, of a value that the schema has accepted. */
export function listenOf(given: string | number): Listen | "off" {
  return parseListen(String(given)) as Listen | "off";
}

/** Whether others than this machine can reach it. */
export function isWide(where: Listen | "off"): boolean {
  if (where === "off" || "socket" in where) return false;
  return !/^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/.test(where.host ?? LOOPBACK_HOST);
}
