import { stringify } from "yaml";
import { CONCERNS } from "./concerns/concerns.ts";
import { durationText, type RuleOptions, ruleContext } from "./context.ts";
import { type AlertRule, isAlert, type RecordingRule, type RuleGroup } from "./rule.ts";

export interface RuleFileOptions extends RuleOptions {
  /** Where the runbooks lie, without a slash at the end. Default: `DEFAULT_RUNBOOKS`. */
  readonly runbooks?: string;
}

/** The folder in the repository; set the address at which your people read them. */
export const DEFAULT_RUNBOOKS = "docs/runbooks";

/** A file that Prometheus loads by `rule_files`. */
export interface RuleFile {
  /** `availability.yaml` */
  readonly name: string;
  readonly text: string;
}

/** A rule by the names that Prometheus has for its parts. */
export type PrometheusRule =
  | RecordingRule
  | (Pick<AlertRule, "alert" | "expr"> & {
      readonly for: string;
      readonly labels: Readonly<Record<string, string>>;
      readonly annotations: Readonly<Record<string, string>>;
    });

export interface PrometheusGroup {
  readonly name: string;
  readonly rules: readonly PrometheusRule[];
}

/** The rules of every concern, as data. */
export function ruleGroups(options: RuleOptions = {}): readonly RuleGroup[] {
  const context = ruleContext(options);
  return Object.values(CONCERNS).map((concern) => concern(context));
}

/** The same, as files. */
export function ruleFiles(options: RuleFileOptions = {}): readonly RuleFile[] {
  const groups = ruleGroups(options);
  return Object.keys(CONCERNS).map((concern, index) => ({
    name: `${concern}.yaml`,
    text: fileText([groups[index] as RuleGroup], options),
  }));
}

/** YAML 1.2 that `promtool check rules` takes. */
export function fileText(groups: readonly RuleGroup[], options: RuleFileOptions = {}): string {
  return stringify({ groups: prometheusGroups(groups, options) }, { lineWidth: 0 });
}

/** Groups as Prometheus has them, for whatever writes them down. */
export function prometheusGroups(
  groups: readonly RuleGroup[],
  options: RuleFileOptions = {},
): readonly PrometheusGroup[] {
  return groups.map(({ name, rules }) => ({ name, rules: rules.map((rule) => written(rule, options)) }));
}

function written(
  rule: RecordingRule | AlertRule,
  { drill = 1, runbooks = DEFAULT_RUNBOOKS }: RuleFileOptions,
): PrometheusRule {
  if (!isAlert(rule)) return rule;
  const { alert, expr, forSeconds, severity, labels, summary, description } = rule;
  return {
    alert,
    expr,
    for: durationText(forSeconds / drill),
    labels: { severity, ...labels },
    annotations: { summary, description, runbook_url: `${runbooks}/${alert}.md` },
  };
}
