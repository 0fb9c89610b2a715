import type { SyntaxNode } from "@lezer/common";
import { parser } from "@prometheus-io/lezer-promql";

const COMPARISONS: ReadonlySet<string> = new Set(["Gtr", "Gte", "Lss", "Lte", "Eql", "Neq"]);
const LITERALS: ReadonlySet<string> = new Set(["NumberDurationLiteral", "UnaryExpr"]);

/** Names of the metrics that a query asks for. */
export function metricsIn(query: string): ReadonlySet<string> {
  const names = nodesOf(query).filter((node) => node.name === "Identifier" && node.parent?.name === "VectorSelector");
  return new Set(names.map(({ from, to }) => query.slice(from, to)));
}

/** What is held against a limit: the left side of each comparison, the right one where the limit stands left, what must not be absent; the whole where nothing is compared. */
export function measuredIn(query: string): readonly string[] {
  const sides = nodesOf(query).flatMap((node) => {
    const side = measuredBy(node);
    return side === undefined ? [] : [query.slice(side.from, side.to)];
  });
  return sides.length === 0 ? [query] : [...new Set(sides)];
}

function measuredBy(node: SyntaxNode): SyntaxNode | undefined {
  const { firstChild: first, lastChild: last } = node;
  if (first === null || last === null) return undefined;
  if (node.name === "FunctionCall") {
    return first.firstChild?.name === "Absent"
      ? (last.firstChild?.nextSibling ?? last.firstChild ?? undefined)
      : undefined;
  }
  if (node.name !== "BinaryExpr" || !childrenOf(node).some(({ name }) => COMPARISONS.has(name))) return undefined;
  return LITERALS.has(first.name) ? last : first;
}

function childrenOf(node: SyntaxNode): readonly SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) children.push(child);
  return children;
}

function nodesOf(query: string): readonly SyntaxNode[] {
  const nodes: SyntaxNode[] = [];
  parser.parse(query).iterate({
    enter: ({ node, type }) => {
      if (type.isError) throw new Error(`This is no PromQL, at character ${node.from}: ${query}`);
      nodes.push(node);
    },
  });
  return nodes;
}
