export type { RuleOptions } from "./context.ts";
export { leftOutAlerts, objectiveGroups } from "./objective-rules.ts";
export { type AlertRule, isAlert, type RecordingRule, type RuleGroup, type Severity } from "./rule.ts";
export {
  DEFAULT_RUNBOOKS,
  fileText,
  type PrometheusGroup,
  type PrometheusRule,
  prometheusGroups,
  type RuleFile,
  type RuleFileOptions,
  ruleFiles,
  ruleGroups,
} from "./rule-files.ts";
export { SHIPPED } from "./shipped.ts";
export type { ThresholdRow } from "./thresholds/row.ts";
export { THRESHOLDS, type ThresholdName, type Thresholds } from "./thresholds/thresholds.ts";
