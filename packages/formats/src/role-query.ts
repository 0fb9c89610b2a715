import type { RoleDocument } from "./role.ts";

/**
 * What who pulls its role says in the query of `GET /role`. A primary that gives its lease away early first waits for everybody whom it has told that
 * they may lead, until they confirm or their time is over; nameless askers cannot confirm.
 */
export const ROLE_QUERY = {
  /** A name of this process and life, at most 64 letters, digits, dots, dashes and underscores. */
  puller: "puller",
  /** The token of a reign in which this process takes no more calls and has none in flight. */
  stopped: "stopped",
  /** Who asks only looks for the primary, as a proxy does: it is told no time in which it may lead, and nobody waits for it. */
  onlooker: "onlooker",
  /** What it was told last, as `roleSeen` writes it: an answer that says nothing else may be kept waiting. */
  seen: "seen",
  /** For how long at most, in milliseconds. */
  wait: "wait",
} as const;

/** All of an answer but its times: two that are alike bring no news. */
export function roleSeen({ role, token, draining, primary }: RoleSaid): string {
  return [role, token, draining === true ? "draining" : "", primary?.node ?? ""].join("_");
}

/** What may be news in a role document. */
export type RoleSaid = Pick<RoleDocument, "role" | "token" | "draining" | "primary">;
