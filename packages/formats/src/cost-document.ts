import type { TokenMethod } from "./journal.ts";

/** So many days are told of at once. */
export const MAX_COST_DAYS = 31;

/**
 * What the sidecar knows about cost, for the servers of its machine: they offer it as `cost://daily-summary` and `cost://summary{?days}`. Money
 * is in whole micro-units of the currency, so that parts add up exactly.
 */
export interface CostDocument {
  readonly schema: 1;
  /** ISO 8601, UTC. */
  readonly generatedAt: string;
  /** ISO 4217. */
  readonly currency: string;
  /** IANA name of the zone in which days begin and end. */
  readonly timeZone: string;
  /** Newest first, at most `MAX_COST_DAYS`. Today's is not complete. */
  readonly days: readonly CostDay[];
  readonly budgets: readonly BudgetState[];
}

/** Budgets alone, for the gates of the machine's servers: they look every few seconds, and a `CostDocument` may have megabytes. */
export interface BudgetsDocument {
  readonly schema: 1;
  /** ISO 8601, UTC. */
  readonly generatedAt: string;
  readonly budgets: readonly BudgetState[];
}

export interface CostDay {
  /** `2026-11-21`, in the time zone of the document. */
  readonly day: string;
  readonly isComplete: boolean;
  /** Versions of the price book that were in force. */
  readonly prices: readonly string[];
  /** The servers' and `machineIdle`. */
  readonly microUnits: number;
  /** Of a machine that is paid whole, what no server took or had reserved; 0 where nobody said that it is. */
  readonly machineIdle: number;
  readonly servers: readonly ServerCost[];
}

/** What costs money wherever there is some of it. A call has a price only where somebody sells it. */
export const PRICED_THINGS = ["cpu", "memory", "storage", "network", "tokens"] as const;
export type PricedThing = (typeof PRICED_THINGS)[number];

export interface ServerCost {
  readonly server: string;
  /** `used + idle + tokens + definitions + calls`. */
  readonly microUnits: number;
  /** Of compute, storage and network that were used. */
  readonly used: number;
  /** Of compute that was allocated and stood idle. */
  readonly idle: number;
  /** Of what models read of results. */
  readonly tokens: number;
  /** Of the definitions of tools as they were listed. */
  readonly definitions: number;
  /** Of prices per call. */
  readonly calls: number;
  /** At most so much is missing in `used`, because nobody looked for a while; in no sum. */
  readonly mayMiss: number;
  /** Of these there was some, and the book has no price. */
  readonly unpriced: readonly PricedThing[];
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
  /** Part of `microUnits`: what the tokens of its results cost. */
  readonly tokens: number;
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
