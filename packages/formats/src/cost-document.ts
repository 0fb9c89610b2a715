import type { TokenMethod } from "./journal.ts";

/**
 * What the sidecar knows about cost, for the servers of its machine: they offer it as `cost://daily-summary` and `cost://summary{?days}`, and
 * refuse calls over a hard cap by it. Money is in whole micro-units of the currency, so that parts add up exactly.
 */
export interface CostDocument {
  readonly schema: 1;
  /** ISO 8601, UTC. */
  readonly generatedAt: string;
  /** ISO 4217. */
  readonly currency: string;
  /** IANA name of the zone in which days begin and end. */
  readonly timeZone: string;
  /** Newest first, at most 31. Today's is not complete. */
  readonly days: readonly CostDay[];
  readonly budgets: readonly BudgetState[];
}

export interface CostDay {
  /** `2026-11-21`, in the time zone of the document. */
  readonly day: string;
  readonly isComplete: boolean;
  /** Versions of the price book that were in force. */
  readonly prices: readonly string[];
  /** `used + idle + tokens + calls`. */
  readonly microUnits: number;
  readonly servers: readonly ServerCost[];
}

export interface ServerCost {
  readonly server: string;
  readonly microUnits: number;
  /** Parts of `microUnits`: compute that was used, compute that was allocated and stood idle, tokens of results, prices per call. */
  readonly used: number;
  readonly idle: number;
  readonly tokens: number;
  readonly calls: number;
  readonly cpuUs: number;
  /** As text, for it may pass 2^53. */
  readonly memoryByteMs: string;
  /** The parts, and what could be put to no tool: they add up to the server's `microUnits`. */
  readonly tools: readonly ToolCost[];
  readonly unattributed: number;
  /** Only for who may know; never shown to others. */
  readonly principals: readonly ShareCost[];
  readonly sessions: readonly ShareCost[];
  /** What `tools/list` costs each conversation, in tokens. */
  readonly definitionTokens?: number;
}

export interface ToolCost {
  /** Tool, or `_other`. */
  readonly target: string;
  readonly calls: number;
  readonly resultTokens: Readonly<Partial<Record<TokenMethod, number>>>;
  readonly microUnits: number;
}

export interface ShareCost {
  readonly name: string;
  readonly calls: number;
  readonly microUnits: number;
}

export const BUDGET_STATES = ["ok", "forecast", "warning", "exceeded"] as const;

export interface BudgetState {
  readonly name: string;
  /** What it is for; left out means any. */
  readonly server?: string;
  readonly target?: string;
  readonly principal?: string;
  readonly period: "day" | "month";
  readonly limitMicroUnits: number;
  readonly spentMicroUnits: number;
  /** At the end of the period, if it goes on like this; left out where there is not enough to say. */
  readonly forecastMicroUnits?: number;
  /** `forecast`: will pass the limit; `warning`: has passed the share at which to warn; `exceeded`: has passed the limit. */
  readonly state: (typeof BUDGET_STATES)[number];
  /** Whether calls are to be refused when it is exceeded. */
  readonly isHard: boolean;
  /** When the period ends: ISO 8601, UTC. */
  readonly resetsAt: string;
}
