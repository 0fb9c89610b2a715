import { costError } from "../errors.ts";
import { picoUnits } from "../prices/decimal.ts";

export const BUDGET_PERIODS = ["day", "month"] as const;
export type BudgetPeriod = (typeof BUDGET_PERIODS)[number];

/** A budget as the config has it. */
export interface WrittenBudget {
  /** Left out: of all servers, and of the machine's idle time where it is paid whole. */
  readonly server?: string | undefined;
  /** A tool, or `_other`. */
  readonly target?: string | undefined;
  /** Of one principal; not together with `target`. */
  readonly principal?: string | undefined;
  readonly period: BudgetPeriod;
  /** In the currency of the prices, at most 6 digits after the point. */
  readonly limit: number | string;
  /** Share of the limit at which to warn. Default: 0.8. */
  readonly warnAt?: number | undefined;
  /** Refuse calls once it is exceeded. Default: no. */
  readonly hard?: boolean | undefined;
}

export interface Budget {
  readonly name: string;
  readonly server: string | undefined;
  readonly target: string | undefined;
  readonly principal: string | undefined;
  readonly period: BudgetPeriod;
  readonly limitMicroUnits: number;
  readonly warnMicroUnits: number;
  readonly isHard: boolean;
}

export const DEFAULT_WARN_AT = 0.8;
const PICO_PER_MICRO = 1_000_000n;

/** @throws OpsError COST_BUDGET_INVALID */
export function readBudget(name: string, written: WrittenBudget): Budget {
  const fault = budgetFaults(written)[0];
  if (fault !== undefined)
    throw costError("COST_BUDGET_INVALID", `The budget ${name} cannot be so: ${fault[0]} ${fault[1]}.`);
  const { server, target, principal, period, limit, warnAt = DEFAULT_WARN_AT, hard = false } = written;
  const limitMicroUnits = Number(limitOf(limit));
  const warnMicroUnits = Math.max(1, Math.round(limitMicroUnits * warnAt));
  return { name, server, target, principal, period, limitMicroUnits, warnMicroUnits, isHard: hard };
}

/** What is wrong with it, by key. */
export function budgetFaults({
  target,
  principal,
  limit,
  warnAt = DEFAULT_WARN_AT,
}: WrittenBudget): readonly (readonly [key: keyof WrittenBudget, what: string])[] {
  const faults: [keyof WrittenBudget, string][] = [];
  if (limitOf(limit) === undefined) {
    faults.push(["limit", "must be an amount above 0 with at most 6 digits after the point, such as 12.50"]);
  }
  if (!(warnAt > 0 && warnAt <= 1)) faults.push(["warnAt", "must be a share above 0 and at most 1, such as 0.8"]);
  if (target !== undefined && principal !== undefined) {
    faults.push(["target", "cannot be together with principal: the ledger has no sum of both. Make two budgets"]);
  }
  return faults;
}

/** In micro-units; undefined for none. */
function limitOf(limit: number | string): bigint | undefined {
  const pico = picoUnits(limit);
  return pico === undefined || pico === 0n || pico % PICO_PER_MICRO !== 0n ? undefined : pico / PICO_PER_MICRO;
}
