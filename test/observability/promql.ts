import type { SyntaxNode } from "@lezer/common";
import { parser } from "@prometheus-io/lezer-promql";

const COMPARISONS: ReadonlySet<string> = new Set(["Gtr", "Gte", "Lss", "Lte", "Eql", "Neq"]);
const BINARIES: ReadonlySet<string> = new Set(["And", "Or", "Unless", "Add", "Sub", "Mul", "Div", "Mod", "Pow"]);
const LITERALS: ReadonlySet<string> = new Set(["NumberDurationLiteral", "UnaryExpr", "StringLiteral"]);

/** Names of the metrics that a query asks for. */
export function metricsIn(query: string): ReadonlySet<string> {
  const names = nodesOf(query).filter((node) => node.name === "Identifier" && node.parent?.name === "VectorSelector");
  return new Set(names.map(({ from, to }) => query.slice(from, to)));
}

/** What an alert looks at: the left side of each comparison that is not within another, what must not be absent, and what is joined to these. */
export function measuredIn(query: string): readonly string[] {
  const [root] = nodesOf(query);
  const sides = root === undefined ? [] : measuredBy(root.firstChild ?? root);
  return [...new Set(sides.map(({ from, to }) => query.slice(from, to)))];
}

function measuredBy(node: SyntaxNode): readonly SyntaxNode[] {
  if (LITERALS.has(node.name)) return [];
  const kinds = childrenOf(node).map(({ name }) => name);
  const [first, last] = [node.firstChild, node.lastChild];
  if (first === null || last === null) return [node];
  if (kinds.some((kind) => COMPARISONS.has(kind))) return operandsOf(LITERALS.has(first.name) ? last : first);
  if (kinds.some((kind) => BINARIES.has(kind))) return [first, last].flatMap(measuredBy);
  const inner = childrenOf(node).filter(isCompared);
  return inner.length > 0 ? inner.flatMap(measuredBy) : isAbsent(node) ? childrenOf(last) : operandsOf(node);
}

/** Of `(a unless b)` both: where all is well, it gives nothing. */
function operandsOf(node: SyntaxNode): readonly SyntaxNode[] {
  const inner = node.name === "ParenExpr" ? childrenOf(node)[0] : node;
  const isLess = inner !== undefined && childrenOf(inner).some(({ name }) => name === "Unless");
  return isLess
    ? [inner.firstChild, inner.lastChild].flatMap((side) => (side === null ? [] : operandsOf(side)))
    : [node];
}

/** Whether something in it is held against something. */
function isCompared(node: SyntaxNode): boolean {
  return COMPARISONS.has(node.name) || isAbsent(node) || childrenOf(node).some((child) => isCompared(child));
}

function isAbsent({ firstChild }: SyntaxNode): boolean {
  return firstChild?.firstChild?.name === "Absent";
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
