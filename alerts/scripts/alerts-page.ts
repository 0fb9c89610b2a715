/** Fills the generated parts of docs/alerts.md: `npm run docs` in alerts. */
import { readFileSync, writeFileSync } from "node:fs";
import { durationText } from "../src/context.ts";
import { type AlertRule, isAlert, type RuleGroup } from "../src/rule.ts";
import { ruleGroups } from "../src/rule-files.ts";
import { THRESHOLDS, type ThresholdName } from "../src/thresholds/thresholds.ts";
import { runbook, sectionOf } from "../testing/runbooks.ts";

export const PAGE: URL = new URL("../../docs/alerts.md", import.meta.url);

const NAMES = Object.keys(THRESHOLDS) as ThresholdName[];

/** The page with its generated parts as they should be now. */
export function alertsPage(page: string): string {
  const parts = { alerts: alertTables, recorded: recordedTable, thresholds: thresholdTable };
  return Object.entries(parts).reduce((text, [name, make]) => fill(text, name, make()), page);
}

function fill(page: string, name: string, content: string): string {
  const part = new RegExp(`(<!-- generated: ${name} -->\n).*?(<!-- end -->)`, "s");
  if (!part.test(page)) throw new Error(`docs/alerts.md has no part <!-- generated: ${name} --> … <!-- end -->.`);
  return page.replace(part, (_, start: string, end: string) => `${start}\n${content}\n\n${end}`);
}

function alertTables(): string {
  const users = thresholdUsers();
  const row = ({ alert, severity, forSeconds }: AlertRule) => [
    `[${alert}](runbooks/${alert}.md)`,
    severity,
    durationText(forSeconds),
    firstSentence(sectionOf(runbook(alert), "Meaning")),
    NAMES.filter((name) => users.get(name)?.has(alert))
      .map(code)
      .join(" "),
  ];
  return ruleGroups()
    .map(({ name, rules }) => [name, rules.filter(isAlert)] as const)
    .filter(([, alerts]) => alerts.length > 0)
    .map(([name, alerts]) => {
      const head = ["alert", "severity", "for", "fires when", "thresholds"];
      return `### \`${name.replace(/^mcp-/, "")}.yaml\`\n\n${table(head, alerts.map(row))}`;
    })
    .join("\n\n");
}

function firstSentence(text: string): string {
  return text.split(/(?<=\.)\s/, 1)[0] ?? "";
}

/** An alert depends on a threshold when it, or what it stands on, reads otherwise with another value. */
function thresholdUsers(): ReadonlyMap<ThresholdName, ReadonlySet<string>> {
  const usual = alertTexts(ruleGroups());
  return new Map(
    NAMES.map((name) => {
      const other = alertTexts(ruleGroups({ set: { [name]: THRESHOLDS[name].default + 1 } }));
      return [name, new Set([...other].filter(([alert, text]) => text !== usual.get(alert)).map(([alert]) => alert))];
    }),
  );
}

function alertTexts(groups: readonly RuleGroup[]): ReadonlyMap<string, string> {
  const alerts = groups.flatMap(({ rules }) => rules.filter(isAlert));
  return new Map(alerts.map(({ alert, expr, forSeconds }) => [alert, `${expr} ${forSeconds}`]));
}

function recordedTable(): string {
  const recorded = ruleGroups().flatMap(({ rules }) => rules.flatMap((rule) => (isAlert(rule) ? [] : [rule])));
  return table(
    ["series", "is"],
    recorded.map(({ record, expr }) => [code(record), code(expr.replaceAll("|", "\\|"))]),
  );
}

function thresholdTable(): string {
  return table(
    ["name", "default", "unit", "what it is held against"],
    Object.entries(THRESHOLDS).map(([name, row]) => [code(name), String(row.default), row.unit, row.says]),
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function code(text: string): string {
  return `\`${text}\``;
}

if (import.meta.main) writeFileSync(PAGE, alertsPage(readFileSync(PAGE, "utf8")));
