import { OpsError, parseToken, ROLE_SCHEMA, type RoleDocument } from "@mcp-ops/formats";
import { GUARD_ERROR } from "../codes.ts";

/** Reads what an agent answered. @throws OpsError `GUARD_ROLE_ANSWER` when that is no role document. */
export function readRole(text: string): RoleDocument {
  const document = parsed(text);
  const problem = problemOf(document);
  if (problem === undefined) return document as RoleDocument;
  throw new OpsError(
    GUARD_ERROR.roleAnswer,
    `What was asked for the role answered no role document: ${problem}. Give the address of an mcp-ops sidecar whose duty \`failover\` runs.`,
  );
}

function parsed(text: string): Partial<RoleDocument> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function problemOf(document: Partial<RoleDocument> | undefined): string | undefined {
  if (document === undefined) return "it is no JSON object";
  const { schema, node, role, token, remainingMs, retryAfterMs } = document;
  if (schema !== ROLE_SCHEMA) return `its schema is not ${ROLE_SCHEMA}`;
  if (role !== "primary" && role !== "standby") return "its role is neither primary nor standby";
  if (typeof node !== "string") return "it names no node";
  if (parseToken(token) === undefined) return "its token is no decimal number below 2^63";
  if (!isDuration(remainingMs)) return "its remainingMs is no duration";
  return isDuration(retryAfterMs) ? undefined : "its retryAfterMs is no duration";
}

function isDuration(value: unknown): boolean {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}
