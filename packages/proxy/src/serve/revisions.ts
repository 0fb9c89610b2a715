import { isResponse } from "./message.ts";
import type { House } from "./seat.ts";

/** A server that does not know the question may not answer it at all. */
const PROBE_TIMEOUT_MS = 10_000;

/** What a message of ours to a server bears, so that it is taken for one of that revision (2026-07-28, basic: `_meta`). */
export const MODERN_META: Readonly<Record<string, unknown>> = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientCapabilities": {},
  "io.modelcontextprotocol/clientInfo": { name: "mcp-ops", version: "1" },
};

export interface ModernRevisions {
  /** None for a server that wants to be initialised. */
  readonly revisions: readonly string[];
  /** Whether the server said so itself. One that ended or was silent may have been ill, and say something else later. */
  readonly isSaid: boolean;
}

/** Which revisions without sessions the server speaks, asked by `server/discover`. */
export async function modernRevisions(house: House): Promise<ModernRevisions> {
  const told = Promise.withResolvers<ModernRevisions>();
  const seat = await house.seat({
    listens: false,
    receive: (message) => {
      if (!isResponse(message)) return;
      const { supportedVersions } = (message.result ?? {}) as { supportedVersions?: unknown };
      const revisions = Array.isArray(supportedVersions) ? supportedVersions.filter(isModern) : [];
      told.resolve({ revisions, isSaid: true });
    },
    serverEnded: () => told.resolve(UNKNOWN),
  });
  const timer = setTimeout(told.resolve, PROBE_TIMEOUT_MS, UNKNOWN);
  try {
    seat.send({ jsonrpc: "2.0", id: 1, method: "server/discover", params: { _meta: MODERN_META } });
    return await told.promise;
  } finally {
    clearTimeout(timer);
    seat.leave();
  }
}

const UNKNOWN: ModernRevisions = { revisions: [], isSaid: false };

/** Revisions are dates; the first without sessions is 2026-07-28. */
function isModern(revision: unknown): revision is string {
  return typeof revision === "string" && revision >= "2026-07-28";
}
