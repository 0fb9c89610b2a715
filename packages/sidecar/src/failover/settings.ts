import { z } from "zod";
import { absolute, named, secretVariables } from "../backup/fields.ts";
import { path, type SecretReference, secret } from "../config/sections.ts";
import { messageOf } from "../log.ts";
import { type ServerSettings, serverSettings } from "./server-settings.ts";
import { type StoreSettings, storeSettings } from "./store-settings.ts";
import { type SyncSettings, syncSettings } from "./sync/sync-settings.ts";
import { type TimingSettings, timingFor, timingSettings } from "./timing-settings.ts";

/** The section `failover` of the config. */
export interface FailoverSettings {
  readonly group?: string | undefined;
  readonly node?: string | undefined;
  readonly mode: "active-passive" | "active-active";
  readonly store?: StoreSettings | undefined;
  readonly timing: TimingSettings;
  readonly priority: number;
  readonly server: ServerSettings;
  readonly maxSyncLagMs?: number | undefined;
  readonly syncedFile?: string | undefined;
  readonly sync?: SyncSettings | undefined;
  readonly peers: Readonly<Record<string, PeerSettings>>;
  readonly fence?: FenceSettings | undefined;
  readonly history: { readonly folder?: string | undefined };
}

/** Another node of the group. */
export interface PeerSettings {
  readonly url?: string | undefined;
  readonly token?: SecretReference | undefined;
  readonly ca?: string | undefined;
  readonly serverUrl?: string | undefined;
}

/** A program that makes sure of the old primary before this node leads. */
export interface FenceSettings {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, SecretReference>>;
  readonly required: boolean;
  readonly timeoutMs: number;
}

const DEFAULT_PRIORITY = 100;
/** What cuts power or moves an address needs seconds. */
const DEFAULT_FENCE_MS = 10_000;
const MAX_PEERS = 16;

const httpUrl = (error: string) => z.url({ protocol: /^https?$/, error });

const peer: z.ZodType<PeerSettings> = z.strictObject({
  url: httpUrl("must be the address of its admin listener, such as http://10.0.0.2:9466")
    .optional()
    .describe(
      "Its admin listener. One node may have none: then it is at PRIMARY_HOST, port 9466 where that says no other.",
    )
    .meta({ examples: ["http://10.0.0.2:9466"] }),
  token: secret
    .optional()
    .describe("The token of its admin listener.")
    .meta({ examples: [{ file: "/etc/mcp-ops/peer-token" }] }),
  ca: path
    .optional()
    .describe("Who signed its certificate, PEM. Default: the authorities that Node knows.")
    .meta({ examples: ["/etc/mcp-ops/peers.pem"] }),
  serverUrl: httpUrl("must be the address of its server, such as http://10.0.0.2:3000/mcp")
    .optional()
    .describe("Its MCP server, told to clients that a standby refuses.")
    .meta({ examples: ["http://10.0.0.2:3000/mcp"] }),
});

const fence: z.ZodType<FenceSettings> = z
  .strictObject({
    program: absolute("/usr/local/bin/fence"),
    args: z.array(z.string()).default([]).describe("Its arguments."),
    env: secretVariables(),
    required: z.boolean().default(true).describe("Whether this node may not lead when it fails."),
    timeoutMs: z
      .number()
      .int()
      .min(100)
      .max(600_000)
      .default(DEFAULT_FENCE_MS)
      .describe("It is killed after that, and has failed."),
  })
  .describe(
    "A program that must end with 0 before this node leads. It gets FAILOVER_GROUP, _NODE, _TOKEN and _PREVIOUS.",
  );

export const failoverSection: z.ZodType<FailoverSettings> = z
  .strictObject({
    group: named("weather")
      .optional()
      .describe("The nodes of which one at a time leads. Without it there is no failover here."),
    node: named("a").optional().describe("This node, by a name of its own in the group. Default: the host name."),
    mode: z
      .enum(["active-passive", "active-active"])
      .default("active-passive")
      .describe(
        "active-active: all nodes serve, none leads, and /readyz tells load balancers which are well. Enough for stateless servers.",
      ),
    store: storeSettings.optional(),
    timing: timingSettings.prefault({}),
    priority: z
      .number()
      .int()
      .min(0)
      .max(100)
      .default(DEFAULT_PRIORITY)
      .describe("A higher one takes a free lease earlier. 0: never leads."),
    server: serverSettings.prefault({}),
    maxSyncLagMs: z
      .number()
      .int()
      .min(0)
      .optional()
      .describe("With older data this node does not take the lease. Default: their age does not matter.")
      .meta({ examples: [60_000] }),
    syncedFile: path
      .optional()
      .describe("A file that is touched whenever the data here have been brought up to date: its age is theirs.")
      .meta({ examples: ["/var/lib/weather/synced"] }),
    sync: syncSettings.optional(),
    peers: z
      .record(named("b"), peer)
      .refine((given) => Object.keys(given).length <= MAX_PEERS, { error: `must be ${MAX_PEERS} nodes at most` })
      .default({})
      .describe(
        "The other nodes of the group by their names. They are told of a switchover and a pause; who leads, the lease says.",
      ),
    fence: fence.optional(),
    history: z
      .strictObject({
        folder: path
          .optional()
          .describe("Audit chain of all transitions. Default: failover-history beside the embedded state.")
          .meta({ examples: ["/var/lib/mcp-ops/failover-history"] }),
      })
      .prefault({})
      .describe("Who led when, and why."),
  })
  .refine(({ group, mode, store }) => group === undefined || mode === "active-active" || store !== undefined, {
    path: ["store"],
    error:
      "must say where the lease is kept, such as { kind: embedded, url: http://10.0.0.3:9467, token: { file: arbiter-token } }",
  })
  .refine(({ maxSyncLagMs, syncedFile, sync }) => maxSyncLagMs === undefined || (syncedFile ?? sync) !== undefined, {
    path: ["maxSyncLagMs"],
    error: "needs failover.sync or syncedFile: else nobody knows how old the data are, and this node never leads",
  })
  .refine(({ peers }) => Object.values(peers).filter(({ url }) => url === undefined).length <= 1, {
    path: ["peers"],
    error: "must have a url each: only one of them can be at PRIMARY_HOST",
  })
  .refine(({ sync, mode }) => sync === undefined || mode === "active-passive", {
    path: ["sync"],
    error: "needs a primary, which active-active has not: leave it out, or take active-passive",
  })
  .superRefine(({ store, timing, fence }, context) => {
    try {
      if (store !== undefined) timingFor(store.kind, timing, fence?.timeoutMs);
    } catch (error) {
      context.addIssue({ code: "custom", path: ["timing"], message: `must be safe: ${messageOf(error)}` });
    }
  })
  .describe("One of several nodes leads, by a lease. docs/failover.md says first when that is not needed.");
