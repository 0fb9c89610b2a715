import { SLO_KINDS, SLO_WINDOWS, type SloKind, type SloWindow } from "@mcp-ops/formats";
import { sloError } from "../errors.ts";
import { type BurnAlert, burnAlerts, canFire } from "./alerts.ts";
import { thresholdUs } from "./threshold.ts";
import { CALL_ENDS, type CallEnd, VERDICT_TABLE, VERDICTS, type Verdict } from "./verdicts.ts";

/** What somebody promises about a server. */
export interface ObjectiveOptions {
  /** Unique; a label of metrics. */
  readonly name: string;
  readonly server: string;
  /** A tool, prompt or resource; left out: all of them. */
  readonly target?: string | undefined;
  readonly kind: SloKind;
  /** Share that has to be good: 0.999 for 99.9 %; up to six decimals. */
  readonly objective: number;
  /** Of a latency objective: the longest a good call takes; at most two significant digits. */
  readonly thresholdMs?: number | undefined;
  /** Default: 30d. */
  readonly window?: SloWindow | undefined;
  /** What calls count for that end so, where it is not what `VERDICT_TABLE` says. */
  readonly outcomes?: Readonly<Partial<Record<CallEnd, Verdict>>> | undefined;
  /** Events without which nothing is said: calls, or minutes of an availability objective. Default: `DEFAULT_MIN_CALLS`, `DEFAULT_MIN_MINUTES`. */
  readonly minEvents?: number | undefined;
  /** Of an availability objective: what it is when no process of the server runs. Default: `down`. `ignored` is for servers that clients start when they need them. */
  readonly whenAbsent?: "down" | "ignored" | undefined;
}

/** One call of 20 that fails says little; less than a twentieth cannot be seen at all. */
export const DEFAULT_MIN_CALLS = 20;
/** A restart takes a minute or two, and says nothing either. */
export const DEFAULT_MIN_MINUTES = 5;
export const DEFAULT_WINDOW: SloWindow = "30d";

/** An objective that makes sense, with everything it is judged by. */
export interface Objective {
  readonly name: string;
  readonly server: string;
  readonly target: string | undefined;
  readonly kind: SloKind;
  readonly objective: number;
  /** 1 − objective in millionths: what may be bad, without the errors of binary fractions. */
  readonly budgetPpm: number;
  /** Of a latency objective, else infinite. */
  readonly thresholdUs: number;
  readonly window: SloWindow;
  readonly outcomes: Readonly<Record<CallEnd, Verdict>>;
  readonly minEvents: number;
  readonly whenAbsent: "down" | "ignored";
  /** Those that can fire at all, fastest first. */
  readonly alerts: readonly BurnAlert[];
}

/** @throws SLO_OBJECTIVE_INVALID that names the objective, what is wrong with it and what would be right. */
export function objective(options: ObjectiveOptions): Objective {
  const { name, server, target, kind, window = DEFAULT_WINDOW } = options;
  const refuse = (message: string) =>
    sloError("SLO_OBJECTIVE_INVALID", `The objective ${name.slice(0, 80)}: ${message}`);
  if (!NAME.test(name)) throw refuse("a name has letters, digits, dots, dashes and underscores, at most 63.");
  if (!SLO_KINDS.includes(kind)) throw refuse(`kind must be one of ${SLO_KINDS.join(", ")}.`);
  if (!SLO_WINDOWS.includes(window)) throw refuse(`window must be one of ${SLO_WINDOWS.join(", ")}.`);
  if (kind !== "availability" && options.whenAbsent !== undefined)
    throw refuse(
      `whenAbsent is for availability. A server that is not there has no calls, so ${kind} says nothing then.`,
    );
  try {
    const budgetPpm = budgetOf(options.objective);
    return {
      ...{ name, server, target, kind, window, budgetPpm },
      objective: options.objective,
      thresholdUs: thresholdOf(options),
      outcomes: outcomesOf(options),
      minEvents: minEventsOf(options),
      whenAbsent: options.whenAbsent ?? "down",
      alerts: alertsOf(options, window, budgetPpm),
    };
  } catch (error) {
    throw refuse((error as Error).message);
  }
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

function budgetOf(share: number): number {
  if (share > 1 && share < 100)
    throw invalid(`objective is ${share}. It is a share: ${share} % is ${Number((share / 100).toFixed(8))}.`);
  if (!(share > 0 && share < 1))
    throw invalid(
      `objective is ${share}. It is a share between 0 and 1, such as 0.999; with 1 a single bad event would be too many for ever.`,
    );
  const budgetPpm = Math.round((1 - share) * 1e6);
  if (budgetPpm < 1 || Math.abs((1 - share) * 1e6 - budgetPpm) > 1e-6)
    throw invalid(`objective is ${share}. It has at most six decimals, the largest is 0.999999.`);
  return budgetPpm;
}

function thresholdOf({ kind, thresholdMs }: ObjectiveOptions): number {
  if (kind === "latency") {
    if (thresholdMs === undefined)
      throw invalid("a latency objective needs thresholdMs, the longest a good call takes.");
    return thresholdUs(thresholdMs);
  }
  if (thresholdMs !== undefined) throw invalid(`thresholdMs is for latency, and this is ${kind}.`);
  return Number.POSITIVE_INFINITY;
}

function outcomesOf({ kind, outcomes = {} }: ObjectiveOptions): Readonly<Record<CallEnd, Verdict>> {
  for (const [end, verdict] of Object.entries(outcomes)) {
    if (!CALL_ENDS.includes(end as CallEnd))
      throw invalid(`outcomes knows no ${end.slice(0, 40)}. There are ${CALL_ENDS.join(", ")}.`);
    if (!VERDICTS.includes(verdict)) throw invalid(`outcomes.${end} must be one of ${VERDICTS.join(", ")}.`);
    if (verdict === "late" && kind !== "latency") throw invalid(`outcomes.${end} is late, which is for latency only.`);
  }
  const table = Object.fromEntries(CALL_ENDS.map((end) => [end, outcomes[end] ?? VERDICT_TABLE[end][kind]]));
  const verdicts = Object.values(table);
  if (!verdicts.includes("good")) throw invalid("outcomes leave nothing that is good.");
  if (kind !== "latency" && !verdicts.includes("bad")) throw invalid("outcomes leave nothing that is bad.");
  return table as Record<CallEnd, Verdict>;
}

function minEventsOf({ kind, minEvents }: ObjectiveOptions): number {
  const usual = kind === "availability" ? DEFAULT_MIN_MINUTES : DEFAULT_MIN_CALLS;
  const given = minEvents ?? usual;
  if (Number.isSafeInteger(given) && given >= 1) return given;
  throw invalid(`minEvents is ${given}. Give a whole number from 1.`);
}

function alertsOf({ objective: share }: ObjectiveOptions, window: SloWindow, budgetPpm: number): readonly BurnAlert[] {
  const all = burnAlerts(window);
  const able = all.filter((alert) => canFire(alert, budgetPpm));
  if (able.some(({ severity }) => severity === "page")) return able;
  const slowest = Math.min(...all.filter(({ severity }) => severity === "page").map(({ factor }) => factor));
  const fastest = 1e6 / budgetPpm;
  const least = Math.floor((1 - 1 / slowest) * 1e3 + 1) / 1e3;
  throw invalid(
    `with objective ${share} the budget burns ${fastest.toFixed(1)} times faster than allowed when everything fails, and no page comes below ${slowest}: nobody would be called, whatever happens. Use at least ${least}.`,
  );
}

function invalid(message: string): Error {
  return new Error(message);
}
