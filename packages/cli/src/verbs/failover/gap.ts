/** What a group looked like between two moments of one clock, in milliseconds. */
export interface Glimpse {
  readonly askedAt: number;
  readonly answeredAt: number;
  /** Who led and took calls; undefined when nobody did. */
  readonly leader: string | undefined;
}

/** How long nobody led. Whoever looks from outside knows no more than this. */
export interface Gap {
  readonly atLeastMs: number;
  readonly atMostMs: number;
}

/** The time without a leader, of all glimpses until the one that shows the new leader. */
export function gapOf(glimpses: readonly Glimpse[], newLeader: string): Gap | undefined {
  const end = glimpses.findIndex(({ leader }) => leader === newLeader);
  const led = glimpses.slice(0, Math.max(end, 0)).findLastIndex(({ leader }) => leader !== undefined);
  const [last, first] = [glimpses[led], glimpses[end]];
  if (last === undefined || first === undefined) return undefined;
  const without = glimpses.slice(led + 1, end);
  const [begin, still] = [without[0], without.at(-1)];
  const seenMs = begin === undefined || still === undefined ? 0 : still.askedAt - begin.answeredAt;
  return { atLeastMs: Math.max(0, Math.floor(seenMs)), atMostMs: Math.ceil(first.answeredAt - last.askedAt) };
}
