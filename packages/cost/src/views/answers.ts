import type { BudgetState, CostDay } from "@mcp-ops/formats";
import type { Advice } from "../advice/advice.ts";
import type { WrittenVersion } from "../prices/written-book.ts";
import type { Outlook } from "./outlook.ts";
import type { CostRow, RowsBy } from "./rows.ts";
import type { Top } from "./top.ts";
import type { Totals } from "./totals.ts";

/** Every answer of `/api/v1/cost` begins so. */
export interface CostHeading {
  /** ISO 4217. */
  readonly currency: string;
  /** IANA name of the zone in which days begin and end. */
  readonly timeZone: string;
  /** ISO 8601, UTC. */
  readonly generatedAt: string;
}

/** Of answers about days: `?days=7` asks for so many, `&to=2026-11-21` up to that one. Default: today alone; at most 31. */
export interface DaysHeading extends CostHeading {
  readonly firstDay: string;
  readonly lastDay: string;
}

/** `/summary?days=7`: the newest first, and all of them together. Without principals and sessions: `top` has those; very many tools are put together. */
export interface SummaryAnswer extends DaysHeading {
  readonly days: readonly CostDay[];
  readonly totals: Totals;
  readonly budgets: readonly BudgetState[];
}

/** `/top?by=tool&days=7&most=20` */
export interface TopAnswer extends DaysHeading, Top {
  readonly by: RowsBy;
}

/** `/forecast` */
export interface ForecastAnswer extends CostHeading {
  readonly outlooks: readonly Outlook[];
  readonly budgets: readonly BudgetState[];
}

/** `/prices` */
export interface PricesAnswer extends CostHeading {
  /** Left out: the defaults. */
  readonly file?: string;
  /** Name of the version in force; empty before the first. */
  readonly inForce: string;
  /** The oldest first, as the book has them. */
  readonly versions: readonly WrittenVersion[];
}

/** `/export?days=31&by=tool`: the oldest first. */
export interface ExportAnswer extends DaysHeading {
  readonly by: RowsBy;
  readonly rows: readonly CostRow[];
}

/** `/advice` */
export interface AdviceAnswer extends CostHeading {
  readonly advice: readonly Advice[];
}
