import { sample } from "./sample.ts";
import { addRuns, RUN_PLACES } from "./text-runs.ts";
import { weigh } from "./weights.ts";

/** Characters looked at for one estimate: half a millisecond. Of longer texts, windows are. */
export const MAX_ESTIMATED_CHARS: number = 64 * 1024;

/** Tokens of some texts together, by what they are made of. docs/cost.md says how far that is from what tokenizers count. */
export function estimateTokens(texts: readonly string[]): number {
  const { windows, scale } = sample(texts, MAX_ESTIMATED_CHARS);
  const runs = new Float64Array(RUN_PLACES);
  for (const { text, from, to } of windows) addRuns(runs, text, from, to);
  return Math.round(weigh(runs) * scale);
}
