import { withoutSecrets } from "@mcp-ops/formats";

/** Longer messages help nobody, and a dependency chooses them. */
const MAX_CHARS = 200;

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection reset",
  EPIPE: "connection closed",
  ETIMEDOUT: "connection timed out",
  EHOSTUNREACH: "host unreachable",
  ENETUNREACH: "network unreachable",
  ENOTFOUND: "host name not found",
  EAI_AGAIN: "host name could not be looked up",
  ENOENT: "no such file or socket",
  EACCES: "permission denied",
};

/** Why a run failed, in words fit to be shown to those who may read details. */
export function reasonOf(error: unknown, secrets: readonly string[] = []): string {
  const code = codeOf(error);
  const known = code === undefined ? undefined : REASONS[code];
  return known ?? presentable(error instanceof Error ? error.message : String(error), secrets);
}

/** One line of limited length without secrets, whoever wrote the text. */
export function presentable(text: string, secrets: readonly string[] = []): string {
  let clean = text.slice(0, 10 * MAX_CHARS);
  for (const secret of secrets) if (secret !== "") clean = clean.replaceAll(secret, "[redacted]");
  const line = withoutSecrets(clean)
    .replace(/[\s\p{Cc}]+/gu, " ")
    .trim();
  return line.length <= MAX_CHARS ? line : `${line.slice(0, MAX_CHARS - 1)}…`;
}

/** Node tries every address of a name and then throws an AggregateError, whose first error tells as much as any. */
function codeOf(error: unknown): string | undefined {
  const { code, errors } = (error ?? {}) as { code?: unknown; errors?: unknown };
  if (typeof code === "string") return code;
  return Array.isArray(errors) && errors.length > 0 ? codeOf(errors[0]) : undefined;
}
