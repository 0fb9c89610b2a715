/**
 * `npm run mutate [concern…]`: makes one fault after the other in the rules and sees whether promtool's cases notice. Prints those
 * that they do not. With all concerns it takes some minutes.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseDocument, type YAMLSeq } from "yaml";
import { type PrometheusGroup, type PrometheusRule, prometheusGroups, ruleGroups } from "../src/rule-files.ts";
import { promtool } from "../testing/promtool.ts";
import { TESTS } from "../testing/rule-tests.ts";

interface Mutant {
  readonly what: string;
  /** The alert; none of a recorded series, which any of them may stand on. */
  readonly name: string;
  readonly group: PrometheusGroup;
}

interface Fault {
  readonly what: string;
  readonly before: RegExp;
  readonly after: string | ((found: string) => string);
  /** Made at all places that read alike together, as a fault in our sources would be; else at one after the other. */
  readonly together?: true;
}

const changed = (by: (value: number) => number) => (found: string) =>
  found.replace(/[\d.]+(?:e\d+)?$/, (value) => String(by(Number(value))));
/** One for a count, a tenth for a share. */
const step = (value: number) => (Number.isInteger(value) && value < 50 ? 1 : value / 10);
const half = (found: string) => (found === "1" ? "0" : String(Math.ceil(Number(found) / 2)));

const FAULTS: readonly Fault[] = [
  { what: "> for >=", before: / >= /g, after: " > " },
  { what: ">= for >", before: / > /g, after: " >= " },
  { what: "< for >", before: / > /g, after: " < " },
  { what: "!= for ==", before: / == /g, after: " != " },
  { what: "a little less", before: / (?:>|>=) (?!0\b)[\d.]+/g, after: changed((value) => value - step(value)) },
  { what: "a little more", before: / (?:>|>=|==) [\d.]+/g, after: changed((value) => value + step(value)) },
  { what: "a label less", before: /(?<=\bby \([^)]*), (?!le\b)\w+(?=[,)])/g, after: "", together: true },
  { what: "a matcher less", before: /\w+(?:=~|!~|!=|=)"[^"]*",?/g, after: "", together: true },
  // How long the helper for events remembers a series that was gone is not what an alert promises.
  {
    what: "a longer window",
    before: /(?<=\[|offset )\d+(?=[smhd])(?!\w\] offset)/g,
    after: (found) => String(Number(found) * 2),
    together: true,
  },
  { what: "a shorter window", before: /(?<=\[|offset )\d+(?=[smhd])(?!\w\] offset)/g, after: half, together: true },
  { what: "no second part", before: / (?:and|unless|or) [^[\]]*$/g, after: "" },
];

function mutants(group: PrometheusGroup): readonly Mutant[] {
  return group.rules.flatMap((rule, index) =>
    [...exprFaults(rule), ...otherFaults(rule)].map(([what, faulty]) => {
      const name = "alert" in rule ? rule.alert : "";
      return {
        what: `${name || ("record" in rule && rule.record)}: ${what}`,
        name,
        group: { ...group, rules: group.rules.with(index, faulty) },
      };
    }),
  );
}

function exprFaults(rule: PrometheusRule): readonly (readonly [string, PrometheusRule])[] {
  return FAULTS.flatMap((fault) =>
    exprsWith(fault, rule.expr).map(([what, expr]) => [what, { ...rule, expr }] as const),
  );
}

function exprsWith({ what, before, after, together }: Fault, expr: string): readonly (readonly [string, string])[] {
  const by = (found: string) => (typeof after === "string" ? after : after(found));
  const places = [...expr.matchAll(before)];
  if (!together) {
    return places.map(({ 0: found, index }) => [
      `${what} (${found.trim()}) at ${index}`,
      expr.slice(0, index) + by(found) + expr.slice(index + found.length),
    ]);
  }
  return [...new Set(places.map(([found]) => found))].map((each) => [
    `${what} (${each})`,
    expr.replaceAll(before, (found) => (found === each ? by(found) : found)),
  ]);
}

function otherFaults(rule: PrometheusRule): readonly (readonly [string, PrometheusRule])[] {
  if (!("alert" in rule)) return [];
  const minutes = Number.parseInt(rule.for, 10);
  const severity = rule.labels.severity === "critical" ? "warning" : "critical";
  return [
    ["a minute earlier", { ...rule, for: `${minutes - 1}m` }],
    ["a minute later", { ...rule, for: `${minutes + 1}m` }],
    ["another severity", { ...rule, labels: { severity } }],
    ["no description", { ...rule, annotations: { ...rule.annotations, description: "" } }],
  ];
}

const folder = mkdtempSync(join(tmpdir(), "mcp-ops-mutants-"));
const wanted = process.argv.slice(2);

/** True when a case about this alert fails, or promtool does not even take the rules. */
function isNoticed(concern: string, group: PrometheusGroup, about: string): boolean {
  const cases = parseDocument(readFileSync(new URL(`${concern}.yaml`, TESTS), "utf8"));
  const { items } = cases.get("tests") as YAMLSeq;
  const own = items.filter((each) => String(each).includes(about));
  cases.set("tests", own);
  cases.set("rule_files", ["rules.yaml"]);
  writeFileSync(join(folder, "tests.yaml"), cases.toString());
  writeFileSync(join(folder, "rules.yaml"), JSON.stringify({ groups: [group] }));
  return promtool("test", "rules", join(folder, "tests.yaml")).status !== 0;
}

let all = 0;
let noticed = 0;
for (const group of prometheusGroups(ruleGroups())) {
  const concern = group.name.replace(/^mcp-/, "");
  if (wanted.length > 0 && !wanted.includes(concern)) continue;
  if (isNoticed(concern, group, "")) throw new Error(`${concern}.yaml fails as it is. See: mcp-ops alerts test`);
  for (const { what, name, group: faulty } of mutants(group)) {
    all++;
    if (isNoticed(concern, faulty, name)) noticed++;
    else console.log(`not noticed: ${what}`);
  }
}
rmSync(folder, { recursive: true });
console.log(`${noticed} of ${all} faults noticed`);
