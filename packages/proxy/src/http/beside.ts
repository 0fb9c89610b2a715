import { AnswerReader, type Message } from "@mcp-ops/tap";
import type { Upstream } from "./upstreams.ts";

/** An answer to a question of ours is worth no longer wait: observers hold their word back meanwhile. */
const BESIDE_TIMEOUT_MS = 5000;

/** What came back for a message of ours. */
export interface BesideReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly messages: readonly Message[];
}

/** Posts a message of our own to an upstream, and gives the messages of its response. Rejects when it does not come in time. */
export async function postBeside(
  upstream: Upstream,
  path: string,
  headers: string[],
  message: Message,
): Promise<readonly Message[]> {
  const { status, messages } = await askBeside(upstream, path, headers, message);
  if (status >= 400) throw new Error(`HTTP ${status}`);
  return messages;
}

/** The same, with status and headers, whatever the status. */
export async function askBeside(
  upstream: Upstream,
  path: string,
  requestHeaders: string[],
  message: Message,
): Promise<BesideReply> {
  const { statusCode, headers, body } = await upstream.pool.request({
    method: "POST",
    path,
    headers: requestHeaders,
    body: JSON.stringify(message),
    servername: upstream.url.hostname,
    signal: AbortSignal.timeout(BESIDE_TIMEOUT_MS),
  } as Parameters<Upstream["pool"]["request"]>[0]);
  const messages: Message[] = [];
  const reader = new AnswerReader((answer) => messages.push(answer));
  for await (const chunk of body) {
    reader.push(chunk as Uint8Array);
    if (messages.some(({ id }) => id !== undefined && id === message.id)) break;
  }
  reader.end();
  return { status: statusCode, headers, messages };
}
