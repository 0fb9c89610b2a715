import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { BUDGETS_FILE, type BudgetsDocument, COST_FILE, JOURNAL_FOLDER, OpsError } from "@mcp-ops/formats";
import { type BudgetGuard, DEFAULT_MAX_BUDGET_AGE_MS, guardBudget } from "@mcp-ops/guard";
import { SidecarFile } from "@mcp-ops/journal";
import { alikeAsWritten } from "../alike.ts";
import { KIT_ERROR } from "../codes.ts";
import { addBudget, processFolder } from "./process-parts.ts";

export interface WatchBudgetOptions {
  /** The runtime folder, in which the sidecar tells of budgets. Default: the one that `announce()` is given. */
  readonly folder?: string | undefined;
  /** What was said longer ago refuses nothing, in milliseconds. Default: five minutes. */
  readonly maxAgeMs?: number | undefined;
  /** Time between two looks at what the sidecar says, in milliseconds. Default: 5000. */
  readonly pollMs?: number | undefined;
  /** Told, once each time, when a sidecar writes and its budgets cannot be read, so that nothing is refused. */
  readonly onWarning?: ((warning: OpsError) => void) | undefined;
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
  const known = open.find((candidate) => alikeAsWritten(candidate.options, options));
  if (known !== undefined) return known.guard;
  const { folder, maxAgeMs = DEFAULT_MAX_BUDGET_AGE_MS, pollMs = DEFAULT_BUDGET_POLL_MS, onWarning } = options;
  const runtimeFolder = () => folder ?? processFolder();
  const file = new SidecarFile<BudgetsDocument>(runtimeFolder, BUDGETS_FILE, ["budgets"]);
  let isWarned = false;
  const look = async () => {
    const said = await file.read();
    const isMissed = (said === undefined || said.ageMs > maxAgeMs) && (await hasWritten(runtimeFolder(), maxAgeMs));
    if (isMissed && !isWarned) warn(onWarning);
    isWarned = isMissed;
  };
  void look();
  setInterval(() => void look(), pollMs).unref();
  const told = () => file.last && { budgets: file.last.document.budgets, ageMs: file.last.ageMs };
  const guard = guardBudget({ known: told, maxAgeMs });
  open.push({ options: { ...options }, guard });
  return guard;
}

/** Whether a sidecar has lately told what servers cost, in the document that every version leaves. */
async function hasWritten(runtimeFolder: string | undefined, withinMs: number): Promise<boolean> {
  if (runtimeFolder === undefined) return false;
  const found = await lstat(join(runtimeFolder, JOURNAL_FOLDER, COST_FILE)).catch(() => undefined);
  return found !== undefined && Math.abs(Date.now() - found.mtimeMs) <= withinMs;
}

function warn(tell: WatchBudgetOptions["onWarning"]): void {
  const text = `The sidecar writes ${COST_FILE}, and no ${BUDGETS_FILE} that this server can read: one of the two is older. No call is refused for a budget until both are of one version; update the older one and start it again.`;
  try {
    tell?.(new OpsError(KIT_ERROR.budgetsUnread, text));
  } catch {
    // What an author does with it must not end the server.
  }
}
