import { sample } from "./sample.ts";
import { addRuns, RUN_PLACES } from "./text-runs.ts";
import { weigh } from "./weights.ts";

/** Characters looked at for one estimate. Of longer texts, windows are. */
const MAX_ESTIMATED_CHARS = 64 * 1024;
/** Characters looked at in one go: less than a millisecond, even in a process that has never done it before. */
const STEP_CHARS = 4 * 1024;

/** Tokens of some texts together, by what they are made of, in small steps. docs/cost.md says how far that is from what tokenizers count. */
export function* estimating(texts: readonly string[]): Generator<void, number> {
  const { windows, scale } = sample(texts, MAX_ESTIMATED_CHARS);
  const runs = new Float64Array(RUN_PLACES);
  let left = STEP_CHARS;
  for (const { text, from, to } of windows) {
    for (let at = from; at < to; at += STEP_CHARS) {
      const end = Math.min(to, at + STEP_CHARS);
      addRuns(runs, text, at, end);
      left -= end - at;
      if (left > 0) continue;
      yield;
      left = STEP_CHARS;
    }
  }
  return Math.round(weigh(runs) * scale);
}

const runsOfShort = new Float64Array(RUN_PLACES);

/** The same at once, for short texts: all of them is looked at. */
export function estimateShort(texts: readonly string[]): number {
  if (texts.length === 0) return 0;
  runsOfShort.fill(0);
  for (const text of texts) addRuns(runsOfShort, text, 0, text.length);
  return Math.round(weigh(runsOfShort));
}
