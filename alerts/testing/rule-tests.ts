import { readdirSync, readFileSync } from "node:fs";
import { parse } from "yaml";

export const RULES: URL = new URL("../rules/", import.meta.url);
export const TESTS: URL = new URL("../tests/", import.meta.url);

/** What promtool is told to expect of an alert at a time. */
export interface Expectation {
  readonly file: string;
  readonly alert: string;
  /** The labels of each that fires; none: it is silent. */
  readonly fires: readonly Readonly<Record<string, string>>[];
}

interface TestFile {
  readonly rule_files: readonly string[];
  readonly tests: readonly {
    readonly alert_rule_test?: readonly {
      readonly alertname: string;
      readonly exp_alerts?: readonly { readonly exp_labels?: Readonly<Record<string, string>> }[];
    }[];
  }[];
}

export function testFiles(): readonly string[] {
  return readdirSync(TESTS);
}

/** What the test files expect, all together. */
export function expectations(): readonly Expectation[] {
  return testFiles().flatMap((file) => {
    const { tests } = parse(readFileSync(new URL(file, TESTS), "utf8")) as TestFile;
    return tests.flatMap(({ alert_rule_test: cases = [] }) =>
      cases.map(({ alertname: alert, exp_alerts: expected = [] }) => ({
        file,
        alert,
        fires: expected.map(({ exp_labels: labels = {} }) => labels),
      })),
    );
  });
}
