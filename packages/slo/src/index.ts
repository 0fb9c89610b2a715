export { type Calendar, MINUTE_MS, type Minute, type Month, monthAt, monthNamed } from "./calendar.ts";
export type { SloErrorCode } from "./errors.ts";
export { evaluate, type Moment, type SumOf } from "./evaluate/evaluate.ts";
export {
  type JudgedMinute,
  judgeMinutes,
  type OutcomeRow,
  type ProbeMinute,
  type Totals,
} from "./evaluate/minutes.ts";
export { follow, type Incident, LOOK_BACK, NO_TROUBLE, type Seen, step, type Track } from "./incidents/incidents.ts";
export { type BurnAlert, burnAlerts } from "./objective/alerts.ts";
export {
  DEFAULT_MIN_CALLS,
  DEFAULT_MIN_MINUTES,
  DEFAULT_WINDOW,
  type Objective,
  type ObjectiveOptions,
  objective,
} from "./objective/objective.ts";
export {
  CALL_ENDS,
  type CallEnd,
  VERDICT_TABLE,
  VERDICTS,
  type Verdict,
  type VerdictRow,
} from "./objective/verdicts.ts";
export { reportMarkdown } from "./report/markdown.ts";
export {
  type BackupMonth,
  type Failover,
  type KeptIncident,
  type KeptObjective,
  type MonthFacts,
  type MonthReport,
  monthReport,
  type ReportedGap,
  type ReportedIncident,
  type ReportedObjective,
  type Span,
} from "./report/report.ts";
export { percentText, promiseText } from "./report/words.ts";
