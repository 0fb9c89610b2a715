import { AnswerReader, type Message } from "@mcp-ops/tap";
import type { Upstream } from "./upstreams.ts";

/** An answer to a question of ours is worth no longer wait: observers hold their word back meanwhile. */
const BESIDE_TIMEOUT_MS = 5000;

/** Posts a message of our own to an upstream, and gives the messages of its response. Rejects when it does not come in time. */
export async function postBeside(
  upstream: Upstream,
  path: string,
  headers: string[],
  message: Message,
): Promise<readonly Message[]> {
  const { statusCode, body } = await upstream.pool.request({
    method: "POST",
    path,
    headers,
    body: JSON.stringify(message),
    servername: upstream.url.hostname,
    signal: AbortSignal.timeout(BESIDE_TIMEOUT_MS),
  } as Parameters<Upstream["pool"]["request"]>[0]);
  const found: Message[] = [];
  const reader = new AnswerReader((answer) => found.push(answer));
  for await (const chunk of body) {
    reader.push(chunk as Uint8Array);
    if (found.some(({ id }) => id !== undefined && id === message.id)) return found;
  }
  reader.end();
  if (statusCode >= 400) throw new Error(`HTTP ${statusCode}`);
  return found;
}
