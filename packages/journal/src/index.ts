export { JOURNAL_ERROR } from "./codes.ts";
export { MAX_WAITING, MAX_WAITING_BYTES } from "./ended.ts";
export { type Journal, type JournalStats, journal } from "./journal.ts";
export { DEFAULT_JOURNAL_LIMITS, type JournalLimits, type JournalOptions } from "./options.ts";
export { STALE_MS } from "./reports/cost-report.ts";
export {
  DAILY_SUMMARY_URI,
  type ReportOptions,
  type ReportResource,
  type ReportResources,
  type ReportTemplate,
  reportResources,
  SLO_REPORT_URI,
  SUMMARY_TEMPLATE,
} from "./reports/report-resources.ts";
export { type Known, SidecarFile } from "./reports/sidecar-file.ts";
export { MAX_SLICES } from "./slices.ts";
export type { DayFigures } from "./today.ts";
export type { TokenFigure } from "./token-totals.ts";
export {
  DEFAULT_TOKENIZER_CHARS,
  DEFAULT_TOKENIZER_WAITING,
  type TokenizerOptions,
  type TokenizerShare,
} from "./tokens/tokenizer.ts";
