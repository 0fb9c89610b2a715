import { z } from "zod";
import { named } from "../../backup/fields.ts";
import { type OffsiteSettings, offsiteSettings } from "../../backup/offsite-settings.ts";
import { isPublicKey } from "../../backup/set-faults.ts";
import { path } from "../../config/sections.ts";

/** How a standby gets the data of the primary. */
export interface SyncSettings {
  readonly set: string;
  readonly trustedKeys: readonly string[];
  readonly everyMs?: number | undefined;
  readonly maxBytes: number;
  readonly folder?: string | undefined;
  readonly offsite?: OffsiteSettings | undefined;
}

export const DEFAULT_SYNC_MS = 60_000;
/** Between two looks. */
export const SYNC_BOUNDS: { readonly minMs: number; readonly maxMs: number } = { minMs: 50, maxMs: 86_400_000 };
/** Far more than configs and small databases need; a disk that is filled by a peer ends more than the sync. */
const DEFAULT_MAX_BYTES = 1024 ** 3;
const EXAMPLE_KEY = "MCowBQYDK2VwAyEAtVp2+3Jc5PrPq2xwnTwvPKgD/pB0cOeU04tYmzPH5mU=";

export const syncSettings: z.ZodType<SyncSettings> = z
  .strictObject({
    set: named("weather").describe(
      "The backup set, by its name in the config of every node; it needs signKey and offer there.",
    ),
    trustedKeys: z
      .array(
        z.string().refine(isPublicKey, {
          error: "must be a public key of Ed25519 in base64, as mcp-ops backup verify --json names it as signer",
        }),
      )
      .min(1)
      .describe("Public keys of the other nodes: a backup that none of them has signed is refused.")
      .meta({ examples: [[EXAMPLE_KEY]] }),
    everyMs: z
      .number()
      .int()
      .min(SYNC_BOUNDS.minMs)
      .max(SYNC_BOUNDS.maxMs)
      .optional()
      .describe("Between two looks. Default: what SYNC_INTERVAL says, else 60 s.")
      .meta({ examples: [DEFAULT_SYNC_MS] }),
    maxBytes: z.number().int().min(1).default(DEFAULT_MAX_BYTES).describe("A larger backup is refused."),
    folder: path
      .optional()
      .describe(
        "Where it is staged: the newest and the one before. Default: failover-synced beside the embedded state.",
      )
      .meta({ examples: ["/var/lib/mcp-ops/failover-synced"] }),
    offsite: offsiteSettings.optional(),
  })
  .describe(
    "A standby stages the primary's newest good backup of a set, from its sidecar or from offsite. Restoring it is up to you, or to fence.",
  );
