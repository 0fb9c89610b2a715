import { z } from "zod";
import { type SecretReference, secret } from "../config/sections.ts";

/** How to find out whether the server beside this sidecar is well. */
export interface ServerSettings {
  readonly url?: string | undefined;
  readonly publicUrl?: string | undefined;
  readonly token?: SecretReference | undefined;
  readonly registered?: string | undefined;
  readonly expectedTools: readonly string[];
  readonly canary?: CanarySettings | undefined;
  readonly http: readonly string[];
  readonly everyMs?: number | undefined;
  readonly timeoutMs: number;
  readonly failures: number;
  readonly of: number;
  readonly passes: number;
}

interface CanarySettings {
  readonly tool: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly onStandby: boolean;
}

/** A failure is noticed within `failures` times this, well below the time a lease takes to run out. */
export const DEFAULT_EVERY_MS = 2_000;
const DEFAULT_TIMEOUT_MS = 2_000;
const DEFAULT_FAILURES = 3;
const DEFAULT_PASSES = 2;
const MAX_MS = 600_000;
/** Between two probes. */
export const EVERY_BOUNDS: { readonly minMs: number; readonly maxMs: number } = { minMs: 50, maxMs: MAX_MS };

const httpUrl = (example: string) =>
  z.url({ protocol: /^https?$/, error: `must be an http or https URL, such as ${example}` });
const times = z.number().int().min(1).max(100);

const canary: z.ZodType<CanarySettings> = z
  .strictObject({
    tool: z
      .string()
      .min(1)
      .describe("A tool that changes nothing.")
      .meta({ examples: ["ping"] }),
    arguments: z
      .record(z.string(), z.unknown())
      .default({})
      .describe("What it is called with.")
      .meta({ examples: [{ city: "Oslo" }] }),
    onStandby: z
      .boolean()
      .default(false)
      .describe("Call it on a standby, too: for a tool that its role gate lets pass."),
  })
  .describe("A call that must succeed while this node leads.");

export const serverSettings: z.ZodType<ServerSettings> = z
  .strictObject({
    url: httpUrl("http://127.0.0.1:3000/mcp")
      .optional()
      .describe(
        "Where it speaks MCP over HTTP: it must answer server/discover, or initialize, as a client would have it.",
      )
      .meta({ examples: ["http://127.0.0.1:3000/mcp"] }),
    publicUrl: httpUrl("https://a.example.com/mcp")
      .optional()
      .describe("Where clients reach it, told to those that a standby refuses. Default: url.")
      .meta({ examples: ["https://a.example.com/mcp"] }),
    token: secret
      .optional()
      .describe("A bearer token it wants.")
      .meta({ examples: [{ file: "/etc/mcp-ops/server-token" }] }),
    registered: z
      .string()
      .min(1)
      .optional()
      .describe(
        "The name under which it is registered on this machine, a stdio server too: its ops endpoint must say it is ready.",
      )
      .meta({ examples: ["weather"] }),
    expectedTools: z
      .array(z.string().min(1))
      .max(100)
      .default([])
      .describe("Tools it must have.")
      .meta({ examples: [["forecast"]] }),
    canary: canary.optional(),
    http: z
      .array(httpUrl("http://127.0.0.1:3000/healthz"))
      .max(16)
      .default([])
      .describe("Pages that must answer below 400.")
      .meta({ examples: [["http://127.0.0.1:3000/healthz"]] }),
    everyMs: z
      .number()
      .int()
      .min(EVERY_BOUNDS.minMs)
      .max(EVERY_BOUNDS.maxMs)
      .optional()
      .describe("Between two probes. Default: what HEALTH_CHECK_INTERVAL says, else 2 s.")
      .meta({ examples: [DEFAULT_EVERY_MS] }),
    timeoutMs: z
      .number()
      .int()
      .min(50)
      .max(MAX_MS)
      .default(DEFAULT_TIMEOUT_MS)
      .describe("A probe that takes longer has failed."),
    failures: times
      .default(DEFAULT_FAILURES)
      .describe("So many failures among the last probes (of) mean that it is ill."),
    of: times.default(DEFAULT_FAILURES).describe("How many of the last probes count."),
    passes: times.default(DEFAULT_PASSES).describe("So many good ones in a row mean that it is well again."),
  })
  .refine(({ failures, of }) => failures <= of, {
    path: ["failures"],
    error: "must not be more than failover.server.of",
  })
  .refine(
    ({ url, expectedTools, canary: call }) => url !== undefined || (expectedTools.length === 0 && call === undefined),
    {
      path: ["url"],
      error: "must be there for expectedTools and canary",
    },
  )
  .describe(
    "The MCP server this node is about. One that is ill does not lead. Without url, registered or http it counts as well.",
  );
