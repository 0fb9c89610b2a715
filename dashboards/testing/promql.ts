/** What an expression is made of, as far as our rules ask. Syntax only: whether it makes sense, Prometheus says. */
import type { SyntaxNode } from "@lezer/common";
import { parser } from "@prometheus-io/lezer-promql";

export interface Matcher {
  readonly label: string;
  readonly value: string;
}

/** A metric that is asked for, and what is done with it. */
export interface Selector {
  /** Undefined where a matcher names it. */
  readonly metric: string | undefined;
  readonly matchers: readonly Matcher[];
  /** As it is written, `$__rate_interval` too. */
  readonly range: string | undefined;
  /** The functions and aggregations around it, the innermost first: `rate`, `sum`. */
  readonly around: readonly string[];
  /** Labels of the innermost aggregation. */
  readonly by: readonly string[];
  /** Labels of the outermost one: those that a legend can name. */
  readonly shown: readonly string[];
}

/** Grafana's own ranges are no durations; these stand for them, and nobody would write them. */
const STAND_INS: readonly (readonly [variable: string, duration: string])[] = [
  ["$__rate_interval", "61s"],
  ["$__range", "307s"],
];

/** Undefined where it is no PromQL. */
export function selectorsOf(expr: string): readonly Selector[] | undefined {
  const text = STAND_INS.reduce((told, [variable, duration]) => told.replaceAll(variable, duration), expr);
  const found: Selector[] = [];
  let isWrong = false;
  parser.parse(text).iterate({
    enter: ({ type, node }) => {
      isWrong ||= type.isError;
      if (type.name === "VectorSelector") found.push(selector(node, text));
    },
  });
  return isWrong ? undefined : found;
}

function selector(node: SyntaxNode, text: string): Selector {
  const matrix = node.parent?.name === "MatrixSelector" ? node.parent : undefined;
  const range = matrix && wordOf(matrix.getChild("DurationExpr"), text);
  const around = [...parentsOf(node)].filter(({ name }) => name === "FunctionCall" || name === "AggregateExpr");
  const aggregations = around.filter(({ name }) => name === "AggregateExpr");
  return {
    metric: wordOf(node.getChild("Identifier"), text),
    matchers: matchersOf(node, text),
    range: STAND_INS.find(([, duration]) => duration === range)?.[0] ?? range,
    around: around.map((call) => wordOf(call.firstChild, text) ?? ""),
    by: groupingOf(aggregations.at(0), text),
    shown: groupingOf(aggregations.at(-1), text),
  };
}

function* parentsOf(node: SyntaxNode): Generator<SyntaxNode> {
  for (let parent = node.parent; parent !== null; parent = parent.parent) yield parent;
}

function matchersOf(node: SyntaxNode, text: string): readonly Matcher[] {
  const matchers = node.getChild("LabelMatchers")?.getChildren("UnquotedLabelMatcher") ?? [];
  return matchers.map((matcher) => ({
    label: wordOf(matcher.getChild("LabelName"), text) ?? "",
    value: (wordOf(matcher.getChild("StringLiteral"), text) ?? "").slice(1, -1),
  }));
}

function groupingOf(aggregation: SyntaxNode | undefined, text: string): readonly string[] {
  const labels = aggregation?.getChild("AggregateModifier")?.getChild("GroupingLabels");
  return (labels?.getChildren("LabelName") ?? []).map((label) => wordOf(label, text) ?? "");
}

function wordOf(node: SyntaxNode | null, text: string): string | undefined {
  return node === null ? undefined : text.slice(node.from, node.to);
}
