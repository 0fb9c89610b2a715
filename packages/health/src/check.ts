import { type Criticality, OpsError, OVERALL_CHECK } from "@mcp-ops/formats";

/** What one run of a check found. A run that throws has found the dependency down. */
export interface Finding {
  readonly ok: boolean;
  /** Shown to those who may read details. */
  readonly message?: string | undefined;
}

/** One thing the server depends on, and how to ask whether it is there. The factories in `checks/` make these. */
export interface Check {
  readonly name: string;
  readonly criticality: Criticality;
  /** How long a run may take; it is aborted then, and counts as failed. */
  readonly timeoutMs: number;
  /** From the end of one run to the start of the next. */
  readonly intervalMs: number;
  /** This many successes in a row bring a dependency that is down up again. */
  readonly rise: number;
  /** This many failures in a row take a dependency down. */
  readonly fall: number;
  /** What is asked, such as `db.internal:5432`; without credentials. */
  readonly target?: string | undefined;
  /** Never in a message, whatever the dependency answers. */
  readonly secrets?: readonly string[] | undefined;
  run(signal: AbortSignal): Promise<Finding>;
  /** Frees what the check holds between its runs. */
  close?(): void;
}

/** What every factory takes besides its own options. */
export interface CheckOptions {
  /** Shown to everybody and a label of `mcp_health_status`: name the part it plays, not the host it is on. */
  readonly name?: string | undefined;
  readonly criticality?: Criticality | undefined;
  readonly timeoutMs?: number | undefined;
  readonly intervalMs?: number | undefined;
  readonly rise?: number | undefined;
  readonly fall?: number | undefined;
}

/** What is not declared optional is needed: forgetting the word must not send traffic to a server that cannot serve it. */
export const DEFAULT_CRITICALITY: Criticality = "critical";
/** Well above a slow round trip, well below what a person waits for. */
export const DEFAULT_TIMEOUT_MS = 2_000;
/** Kubernetes' own period: a probe never reads something much older than itself. */
export const DEFAULT_INTERVAL_MS = 10_000;
/** One good answer between failures is no recovery, one lost packet no outage. */
export const DEFAULT_RISE = 2;
export const DEFAULT_FALL = 2;

/** What a factory adds: what to call the check, what it asks, how. */
export type CheckParts = Pick<Check, "name" | "run"> & Partial<Pick<Check, "target" | "secrets" | "close">>;

/** A check with every default filled in. */
export function check(options: CheckOptions, parts: CheckParts): Check {
  const filled: Check = {
    ...parts,
    name: options.name ?? parts.name,
    criticality: options.criticality ?? DEFAULT_CRITICALITY,
    timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    intervalMs: options.intervalMs ?? DEFAULT_INTERVAL_MS,
    rise: options.rise ?? DEFAULT_RISE,
    fall: options.fall ?? DEFAULT_FALL,
  };
  for (const key of ["timeoutMs", "intervalMs"] as const) demandPositive(filled, key, MAX_TIMER_MS);
  for (const key of ["rise", "fall"] as const) demandPositive(filled, key, Number.MAX_SAFE_INTEGER);
  if (filled.name === "" || filled.name === OVERALL_CHECK) {
    throw wrong(`A check cannot be named ${JSON.stringify(filled.name)}. Give it another \`name\`.`);
  }
  return filled;
}

/** Two checks of one name could not be told apart in the document, nor in the metric. */
export function demandDistinctNames(checks: readonly Check[]): void {
  const seen = new Set<string>();
  for (const { name } of checks) {
    if (seen.has(name)) {
      throw wrong(`Two health checks are named ${JSON.stringify(name)}. Give one of them another \`name\`.`);
    }
    seen.add(name);
  }
}

/** Beyond this a timer fires at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

function demandPositive(filled: Check, key: "timeoutMs" | "intervalMs" | "rise" | "fall", max: number): void {
  const value = filled[key];
  if (Number.isSafeInteger(value) && value >= 1 && value <= max) return;
  throw wrong(
    `\`${key}\` of the health check ${JSON.stringify(filled.name)} must be a whole number from 1 to ${max}, not ${value}.`,
  );
}

export function wrong(message: string): OpsError {
  return new OpsError("HEALTH_OPTION_WRONG", message);
}
