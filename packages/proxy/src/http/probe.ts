import { once } from "node:events";
import { connect } from "node:net";
import type { Pool } from "undici";
import type { Finding } from "./upstream-health.ts";

/** A server that needs longer to say that it is there is not well. */
const PROBE_TIMEOUT_MS = 2000;

/** Whether a server takes connections or, where it has a page that tells, what that says. */
export async function probe(url: URL, pool: Pool, healthPath: string | undefined): Promise<Finding> {
  try {
    await (healthPath === undefined ? takesConnections(url) : saysSo(pool, healthPath));
    return "well";
  } catch {
    return "ill";
  }
}

async function takesConnections({ hostname, port, protocol }: URL): Promise<void> {
  const host = hostname.replace(/^\[|\]$/g, "");
  const socket = connect({ host, port: Number(port || (protocol === "https:" ? 443 : 80)) });
  try {
    await once(socket, "connect", { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
  } finally {
    socket.destroy();
  }
}

async function saysSo(pool: Pool, path: string): Promise<void> {
  const { statusCode, body } = await pool.request({
    method: "GET",
    path,
    signal: AbortSignal.timeout(PROBE_TIMEOUT_MS),
  });
  await body.dump();
  if (statusCode >= 400) throw new Error(`HTTP ${statusCode}`);
}
