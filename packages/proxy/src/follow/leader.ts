import { parseToken, type RoleDocument } from "@mcp-ops/formats";

/** What the agent of a node said last; undefined before it said anything, and when its word is not to be trusted any more. */
export interface Word<N> {
  readonly node: N;
  readonly said: RoleDocument | undefined;
}

/** Who leads, and since which lease. */
export interface Leading<N> {
  readonly node: N;
  readonly token: string;
}

/**
 * Who takes calls, by these words: of those who say that they lead, the one with the newest lease; nobody while that one is about to hand over. A node
 * that was cut off may say so long after its time, which is why the newest counts, and why its own gate, not this, keeps it from changing anything.
 */
export function leaderOf<N>(words: readonly Word<N>[]): Leading<N> | undefined {
  let newest: { readonly node: N; readonly said: RoleDocument } | undefined;
  for (const { node, said } of words) {
    if (said?.role !== "primary") continue;
    if (newest === undefined || tokenOf(said) > tokenOf(newest.said)) newest = { node, said };
  }
  if (newest === undefined || newest.said.draining === true) return undefined;
  return { node: newest.node, token: newest.said.token };
}

function tokenOf({ token }: RoleDocument): bigint {
  return parseToken(token) ?? 0n;
}
