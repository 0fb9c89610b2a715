import { TOKEN_METHODS } from "./journal.ts";
import { SERVER, TARGET } from "./metric-labels.ts";
import type { LabelRow, MetricRow } from "./metric-row.ts";

/** The names of what tokens, the journal and the budget gate show. */
export const JOURNAL_METRIC = {
  tokens: "mcp_tokens_total",
  definitionTokens: "mcp_tool_definition_tokens",
  journalDropped: "mcp_ops_journal_dropped_total",
  budgetRefused: "mcp_ops_budget_refused_total",
  budgetAge: "mcp_ops_budget_document_age_seconds",
} as const;

/** What tokens are of: the result of a call, or the definitions in a listing of tools. */
export const TOKEN_KINDS = ["result", "definition"] as const;
export type TokenKind = (typeof TOKEN_KINDS)[number];

const KIND: LabelRow = { name: "kind", values: TOKEN_KINDS, bound: "what was counted" };
const METHOD: LabelRow = {
  name: "method",
  values: TOKEN_METHODS,
  bound: "how it was counted; `estimate` and `tokenizer` add up, `reported` is a client's word about some of the same",
};
const WHY: LabelRow = {
  name: "why",
  values: ["queue", "file", "report"],
  bound: "too many waited, the file could not be written, or a client's report was none",
};
const BUDGET: LabelRow = { name: "budget", bound: "names of the budgets in the sidecar's config, at most 1000" };

/** What a process with a journal or a budget gate adds. */
export const JOURNAL_METRICS: readonly MetricRow[] = [
  row("counter", "tokens", "Tokens that models read: results of calls, and definitions as they were listed.", [
    SERVER,
    TARGET,
    KIND,
    METHOD,
  ]),
  row("gauge", "definitionTokens", "Tokens of the newest whole listing of tools: what it costs each conversation.", [
    SERVER,
  ]),
  row("counter", "journalDropped", "Exchanges that are not in the journal, and reports of clients that were none.", [
    WHY,
  ]),
  row("counter", "budgetRefused", "Calls refused because a budget with a hard cap is used up.", [BUDGET]),
  {
    ...row("gauge", "budgetAge", "Age of what the budget gate goes by; above its limit nothing is refused.", []),
    unit: "seconds",
  },
];

function row(
  type: "counter" | "gauge",
  word: keyof typeof JOURNAL_METRIC,
  help: string,
  labels: readonly LabelRow[],
): MetricRow {
  return { name: JOURNAL_METRIC[word], family: "journal", type, help, labels };
}
