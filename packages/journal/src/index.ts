export { JOURNAL_ERROR } from "./codes.ts";
export { MAX_WAITING, MAX_WAITING_BYTES } from "./ended.ts";
export { type Journal, type JournalStats, journal } from "./journal.ts";
export { DEFAULT_JOURNAL_LIMITS, type JournalLimits, type JournalOptions } from "./options.ts";
export { MAX_SLICES } from "./slices.ts";
export type { DayFigures } from "./today.ts";
export type { TokenFigure } from "./token-totals.ts";
export {
  DEFAULT_TOKENIZER_CHARS,
  DEFAULT_TOKENIZER_WAITING,
  type TokenizerOptions,
  type TokenizerShare,
} from "./tokens/tokenizer.ts";
