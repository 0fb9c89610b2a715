import { createHash } from "node:crypto";

/** What choosing needs of an upstream. */
export interface Candidate {
  readonly name: string;
  readonly isUp: boolean;
}

/**
 * The upstream of a session that this process has not seen before: the one whose name and the session's id hash highest
 * (rendezvous hashing), so that every proxy in front of the same upstreams chooses alike, and one upstream less moves its own
 * sessions only.
 */
export function rendezvous<C extends Candidate>(candidates: readonly C[], sessionId: string): C | undefined {
  let best: C | undefined;
  let highest = "";
  for (const candidate of preferred(candidates)) {
    const score = createHash("sha256").update(`${candidate.name}\n${sessionId}`).digest("hex");
    if (score > highest) [best, highest] = [candidate, score];
  }
  return best;
}

/** Those that are up; all of them when none is, because then a check may be what is wrong. */
export function preferred<C extends Candidate>(candidates: readonly C[]): readonly C[] {
  const up = candidates.filter(({ isUp }) => isUp);
  return up.length === 0 ? candidates : up;
}
