import { withoutSecrets } from "@mcp-ops/formats";
import { requestLog } from "@mcp-ops/kit";

export type Level = "debug" | "info" | "warn" | "error";

/** Lines about the daemon. Fields are words and numbers of our own; the message is cleaned of secrets. */
export type Log = (
  level: Level,
  message: string,
  fields?: Readonly<Record<string, string | number | boolean | undefined>>,
) => void;

/** Texts that must never be shown: the secrets of the config as it is now, and as it was. */
export class Secrets {
  readonly #texts = new Set<string>();

  add(text: string): void {
    this.#texts.add(text);
  }

  /** The text without any of them, and without what looks like a secret. */
  conceal(text: string): string {
    let clean = text;
    for (const secret of this.#texts) clean = clean.replaceAll(secret, "[redacted]");
    return withoutSecrets(clean);
  }
}

/** Writes JSON lines to stderr. */
export function openLog(level: Level, secrets: Secrets): Log {
  const { logger } = requestLog({ level, base: { service: "mcp-ops-sidecar" } });
  return (at, message, fields = {}) => logger[at](fields, secrets.conceal(message));
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
