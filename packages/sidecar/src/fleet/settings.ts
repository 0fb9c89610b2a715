import { z } from "zod";

/** The section `fleet` of the config. */
export interface FleetSettings {
  readonly folder?: string | undefined;
  readonly timeoutMs: number;
  readonly maxServers: number;
  readonly maxBytes: number;
  readonly maxSeries: number;
  readonly rememberDeadMs: number;
}

/** Prometheus gives up on a scrape after ten seconds; a healthy server answers within milliseconds. */
const DEFAULT_TIMEOUT_MS = 2_000;
/** The host gives every duty eight seconds for its metrics. */
const MAX_TIMEOUT_MS = 7_000;
export const DEFAULT_MAX_SERVERS = 64;
/** Some ten times what a server with a hundred tools shows. */
const DEFAULT_MAX_BYTES: number = 4 * 1024 * 1024;
const DEFAULT_MAX_SERIES = 10_000;
/** As long as Prometheus looks back for a sample, so that every rule sees the zero. */
const DEFAULT_REMEMBER_DEAD_MS = 300_000;

const whole = z.number().int();

export const fleetSection: z.ZodType<FleetSettings> = z
  .strictObject({
    folder: z
      .string()
      .min(1)
      .optional()
      .describe(
        "Runtime folder in which the servers register. Default: the one MCP_OPS_RUNTIME_DIR names, else the usual one of this user.",
      )
      .meta({ examples: ["/run/mcp-ops"] }),
    timeoutMs: whole
      .min(100)
      .max(MAX_TIMEOUT_MS)
      .default(DEFAULT_TIMEOUT_MS)
      .describe("How long the slowest server may take to show its metrics, at most 7000; the page never waits longer."),
    maxServers: whole
      .min(1)
      .max(1_000)
      .default(DEFAULT_MAX_SERVERS)
      .describe("Servers shown at once; the oldest first."),
    maxBytes: whole
      .min(1024)
      .default(DEFAULT_MAX_BYTES)
      .describe("Size of the page of one server, in bytes; a longer one is not shown."),
    maxSeries: whole
      .min(1)
      .default(DEFAULT_MAX_SERIES)
      .describe(
        "Series of one server; metrics that find no room are left out whole, and counted. All servers: ten times that.",
      ),
    rememberDeadMs: whole
      .min(0)
      .default(DEFAULT_REMEMBER_DEAD_MS)
      .describe("How long a server that was killed is shown as down."),
  })
  .describe("The servers of this machine: found by their registrations, and shown together at /metrics.");
