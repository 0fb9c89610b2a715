import { isResponse } from "./message.ts";
import type { House } from "./seat.ts";

/** A server that does not know the question may not answer it at all. */
const PROBE_TIMEOUT_MS = 10_000;

const META = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientCapabilities": {},
  "io.modelcontextprotocol/clientInfo": { name: "mcp-ops", version: "1" },
};

/**
 * Which revisions without sessions the server speaks, asked by `server/discover`; none for a server that wants to be initialised.
 */
export async function modernRevisions(house: House): Promise<readonly string[]> {
  const told = Promise.withResolvers<readonly string[]>();
  const seat = await house.seat({
    listens: false,
    receive: (message) => {
      if (!isResponse(message)) return;
      const { supportedVersions } = (message.result ?? {}) as { supportedVersions?: unknown };
      told.resolve(Array.isArray(supportedVersions) ? supportedVersions.filter(isModern) : []);
    },
    serverEnded: () => told.resolve([]),
  });
  const timer = setTimeout(told.resolve, PROBE_TIMEOUT_MS, []);
  try {
    seat.send({ jsonrpc: "2.0", id: 1, method: "server/discover", params: { _meta: META } });
    return await told.promise;
  } finally {
    clearTimeout(timer);
    seat.leave();
  }
}

/** Revisions are dates; the first without sessions is 2026-07-28. */
function isModern(revision: unknown): revision is string {
  return typeof revision === "string" && revision >= "2026-07-28";
}
