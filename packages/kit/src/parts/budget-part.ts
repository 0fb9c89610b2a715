import { COST_FILE, type CostDocument } from "@mcp-ops/formats";
import { type BudgetGuard, guardBudget } from "@mcp-ops/guard";
import { SidecarFile } from "@mcp-ops/journal";
import { alike } from "../alike.ts";
import { addBudget, processFolder } from "./process-parts.ts";

export interface WatchBudgetOptions {
  /** The runtime folder, in which the sidecar tells of budgets. Default: the one that `announce()` is given. */
  readonly folder?: string | undefined;
  /** What was said longer ago refuses nothing, in milliseconds. Default: five minutes. */
  readonly maxAgeMs?: number | undefined;
  /** Time between two looks at what the sidecar says, in milliseconds. Default: 5000. */
  readonly pollMs?: number | undefined;
}

const DEFAULT_BUDGET_POLL_MS = 5_000;

const open: { readonly options: WatchBudgetOptions; readonly guard: BudgetGuard }[] = [];

/** The budget gate for the option of `watch`; none without one. Options open one for the life of the process. */
export function budgetFrom(option: false | WatchBudgetOptions | BudgetGuard | undefined): BudgetGuard | undefined {
  if (option === undefined || option === false) return undefined;
  const guard = "gate" in option ? option : opened(option);
  addBudget(guard);
  return guard;
}

function opened(options: WatchBudgetOptions): BudgetGuard {
  const known = open.find((candidate) => alike(candidate.options, options));
  if (known !== undefined) return known.guard;
  const { folder, maxAgeMs, pollMs = DEFAULT_BUDGET_POLL_MS } = options;
  const file = new SidecarFile<CostDocument>(() => folder ?? processFolder(), COST_FILE, ["budgets"]);
  void file.read();
  setInterval(() => void file.read(), pollMs).unref();
  const said = () => file.last && { budgets: file.last.document.budgets, ageMs: file.last.ageMs };
  const guard = guardBudget({ known: said, maxAgeMs });
  open.push({ options: { ...options }, guard });
  return guard;
}
