import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { objectiveGroups } from "../src/objective-rules.ts";
import { isAlert } from "../src/rule.ts";
import { fileText } from "../src/rule-files.ts";
import { ALERTS, type Alert, type Moment, STEP_MINUTES } from "./objective-oracle.ts";
import type { Story } from "./objective-stories.ts";
import { promtool } from "./promtool.ts";

/** What promtool says of stories in which alerts fire as `moments` have it. */
export function verdict(stories: readonly Story[], moments: readonly Moment[], evaluated = `${STEP_MINUTES}m`): string {
  const groups = objectiveGroups(stories.map((one) => one.objective));
  // The oracle knows when, not the words.
  const wordless = groups.map(({ name, rules }) => {
    return { name, rules: rules.map((rule) => (isAlert(rule) ? { ...rule, summary: "x", description: "x" } : rule)) };
  });
  return tested(fileText(wordless), testText(stories, moments, evaluated));
}

function testText(stories: readonly Story[], moments: readonly Moment[], evaluated: string): string {
  const checks = moments.flatMap(({ at, fires }) =>
    ALERTS.map((alertname) => ({
      eval_time: `${at * STEP_MINUTES * 60}s`,
      alertname,
      exp_alerts: fires.filter(({ alert }) => alert === alertname).map(({ alert, name }) => shown(alert, name)),
    })),
  );
  return stringify({
    rule_files: ["rules.yaml"],
    evaluation_interval: evaluated,
    tests: [{ interval: `${STEP_MINUTES}m`, input_series: stories.flatMap(seriesOf), alert_rule_test: checks }],
  });
}

function shown(alert: Alert, objective: string) {
  const severity = alert === "McpSloBurnsFast" ? "critical" : "warning";
  return {
    exp_labels: { severity, job: "mcp", objective, server: "desk", kind: "errors" },
    exp_annotations: { summary: "x", description: "x", runbook_url: `docs/runbooks/${alert}.md` },
  };
}

/** Steps are dealt to the machines in turn. */
function seriesOf({ objective: { name, kind, server }, machines, begins, steps, losses }: Story) {
  return Array.from({ length: machines }, (_, machine) => {
    const labels = `job="mcp",instance="m:${machine}",objective="${name}",server=${JSON.stringify(server)},kind="${kind}"`;
    const counted = { events: 0, good: 0 };
    const samples = steps.map(({ events, bad }, at) => {
      if (losses.has(at)) Object.assign(counted, { events: 0, good: 0 });
      if (at % machines === machine) {
        counted.events += events;
        counted.good += events - bad;
      }
      return { ...counted };
    });
    const values = (key: "events" | "good") => samples.map((sample, at) => (at < begins ? "_" : sample[key])).join(" ");
    return [
      { series: `mcp_slo_events_total{${labels}}`, values: values("events") },
      { series: `mcp_slo_good_events_total{${labels}}`, values: values("good") },
    ];
  }).flat();
}

function tested(rules: string, tests: string): string {
  const folder = mkdtempSync(join(tmpdir(), "objective-rules-"));
  try {
    writeFileSync(join(folder, "rules.yaml"), rules);
    writeFileSync(join(folder, "tests.yaml"), tests);
    return promtool("test", "rules", join(folder, "tests.yaml")).said.slice(0, 4_000);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
