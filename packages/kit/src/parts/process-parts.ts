import type { AuditLog } from "@mcp-ops/audit";
import type { BudgetGuard, RoleGuard } from "@mcp-ops/guard";
import { type Health, health } from "@mcp-ops/health";
import type { Journal } from "@mcp-ops/journal";

/** What a health is good for as the one of the process, from least to most: an author's checks say more than our own check of the audit log. */
const WEIGHTS = ["no checks", "own checks", "authors checks"] as const;

export type Weight = (typeof WEIGHTS)[number];

interface ProcessParts {
  bare?: Health;
  chosen?: { readonly health: Health; readonly weight: Weight };
  readonly audits: Set<AuditLog>;
  readonly roles: Set<RoleGuard>;
  readonly budgets: Set<BudgetGuard>;
  readonly journals: Set<Journal>;
  journal?: Journal;
  folder?: string;
}

// By a global symbol, so that a second copy of this package in the process (say, that of @mcp-ops/register) shows the same.
const SHARED = Symbol.for("mcp-ops.kit.parts.v3");

const shared = globalThis as { [SHARED]?: ProcessParts };

function parts(): ProcessParts {
  shared[SHARED] ??= { audits: new Set(), roles: new Set(), budgets: new Set(), journals: new Set() };
  return shared[SHARED];
}

/** Health without checks, for every server that is watched without options: ready as long as the process turns. */
export function bareHealth(): Health {
  const all = parts();
  if (all.bare === undefined) {
    all.bare = health();
    all.bare.start();
  }
  return all.bare;
}

/** Proposes the health of the process. The first of the greatest weight stays. */
export function proposeHealth(proposed: Health, weight: Weight): void {
  const all = parts();
  if (all.chosen === undefined || WEIGHTS.indexOf(weight) > WEIGHTS.indexOf(all.chosen.weight))
    all.chosen = { health: proposed, weight };
}

/** What the ops endpoint and the metrics tell of, now: a server may be watched after the endpoint was opened. */
export function processHealth(): Health {
  return parts().chosen?.health ?? bareHealth();
}

export function addAudit(log: AuditLog): void {
  parts().audits.add(log);
}

/** The audit log whose head the ops endpoint shows: the first that has one. */
export function processAudit(): AuditLog | undefined {
  const logs = processAudits();
  return logs.find((log) => log.head() !== undefined) ?? logs[0];
}

/** Every audit log that a watched server writes; rarely more than one. */
export function processAudits(): readonly AuditLog[] {
  return [...parts().audits];
}

export function addRole(guard: RoleGuard): void {
  parts().roles.add(guard);
}

export function processRoles(): readonly RoleGuard[] {
  return [...parts().roles];
}

export function addBudget(guard: BudgetGuard): void {
  parts().budgets.add(guard);
}

export function processBudgets(): readonly BudgetGuard[] {
  return [...parts().budgets];
}

/** The journal of all servers that are watched without options of their own. */
export function sharedJournal(make: () => Journal): Journal {
  const all = parts();
  all.journal ??= make();
  return all.journal;
}

export function addJournal(journal: Journal): void {
  parts().journals.add(journal);
}

export function processJournals(): readonly Journal[] {
  return [...parts().journals];
}

/** The runtime folder of this process, once it is known. The first to come stays. */
export function processFolder(): string | undefined {
  return parts().folder;
}

export function proposeFolder(folder: string): void {
  parts().folder ??= folder;
}
