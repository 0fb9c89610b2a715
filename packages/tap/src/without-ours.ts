import { FENCING_HEADER, FENCING_META_KEY } from "@mcp-ops/formats";
import { type Extra, headerFrom } from "./extra.ts";
import { type Message, metaOf } from "./messages.ts";

/** The message without what only we may say: a fencing token in `_meta` is believed by servers, so no client may bring one. */
export function withoutOurs(message: Message): Message {
  const meta = metaOf(message);
  if (meta === undefined || !Object.hasOwn(meta, FENCING_META_KEY)) return message;
  const { [FENCING_META_KEY]: _, ...others } = meta;
  return { ...message, params: { ...(message.params as object), _meta: others } };
}

/** The same for the header in which our proxy says a token, where a carrier shows a request's headers to handlers. */
export function takeOffOurHeader(extra: Extra | undefined): void {
  for (const headers of [extra?.request?.headers, extra?.requestInfo?.headers]) {
    if (headerFrom(headers, FENCING_HEADER) === undefined) continue;
    const { delete: take } = headers as { delete?: unknown };
    if (typeof take === "function") take.call(headers, FENCING_HEADER);
    else delete (headers as Record<string, unknown>)[FENCING_HEADER];
  }
}

/** The token that we have put on one of these. */
export function fencingTokenIn(messages: readonly Message[]): string | undefined {
  for (const message of messages) {
    const token = metaOf(message)?.[FENCING_META_KEY];
    if (typeof token === "string") return token;
  }
  return undefined;
}
