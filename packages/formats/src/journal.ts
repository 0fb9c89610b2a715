import { OpsError } from "./ops-error.ts";
import type { Judgement, Status } from "./outcomes.ts";
import type { Boot } from "./registration.ts";
import { STATUS_MEANING } from "./status-meaning.ts";

/**
 * The journal: what the servers of one process were used for, and how it ended. The process writes it, off the path of its requests; the sidecar
 * alone reads it, into its ledger. Counts, sizes and durations; no argument, no result, no token of anybody.
 */
export type JournalLine = JournalStart | JournalUse | JournalDefinitions | JournalLost;

/** First line of each file. */
export interface JournalStart {
  readonly kind: "start";
  readonly schema: 1;
  readonly pid: number;
  readonly bootId: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** From 0, in the order of writing. */
  readonly file: number;
}

/** Exchanges of one kind that ended in one minute. A kind may have several lines in a minute: they add up. */
export interface JournalUse {
  readonly kind: "use";
  /** Minutes since 1970-01-01T00:00Z in which they ended. */
  readonly minute: number;
  readonly server: string;
  /** A method the protocol defines or the server handles, else `_other`. */
  readonly method: string;
  /** A target the server is known to have, else `_other`; empty where the method has none. */
  readonly target: string;
  readonly status: JournalStatus;
  /** `authInfo.clientId`; left out without one. `_other` where there were too many. */
  readonly principal?: string;
  /** First 12 hex digits of the SHA-256 of the session's id: the id itself lets in whoever knows it. Left out without one. */
  readonly session?: string;
  /** 0 in a line that only brings tokens, which were counted later than the exchange. */
  readonly count: number;
  /** As the latencies, without `subscriptions/listen`: that is how long a client stayed, not how long it waited. */
  readonly durationUs: number;
  /** Pairs of a bucket (`latencyBucketUs`) and how many ended in it, in ascending order. */
  readonly latencies: readonly (readonly [bucketUs: number, count: number])[];
  readonly requestBytes: number;
  readonly responseBytes: number;
  /**
   * Tokens by how they were counted: of what a model reads of the results, and of `tools/list` the definitions as they were sent. Each result is in
   * `estimate` or in `tokenizer`, so that these two add up; `reported` is a client's word about some of the same. Left out where nothing was counted.
   */
  readonly tokens?: Readonly<Partial<Record<TokenMethod, number>>>;
  /** CPU time of those that ran alone in their process, in microseconds, and how many these were. Left out where none was measured. */
  readonly cpu?: { readonly us: number; readonly calls: number };
}

/** The status, but for an error whose code says that the caller made it: an objective must not count that against the server. */
export type JournalStatus = Status | "client_error";

export const JOURNAL_STATUSES: readonly JournalStatus[] = [
  ...(Object.keys(STATUS_MEANING) as Status[]),
  "client_error",
];

export function journalStatus({ status, category }: Judgement): JournalStatus {
  return status === "error" && category === "client" ? "client_error" : status;
}

/** How tokens were counted: our estimate by class of text, a real tokenizer, or what the client said. */
export const TOKEN_METHODS = ["estimate", "tokenizer", "reported"] as const;
export type TokenMethod = (typeof TOKEN_METHODS)[number];

/**
 * What a listing of the tools costs every conversation that has them. Written when it changes, and once a day; a server that lists other tools to
 * other principals has several.
 */
export interface JournalDefinitions {
  readonly kind: "definitions";
  /** Minute of the listing. */
  readonly minute: number;
  readonly server: string;
  readonly method: TokenMethod;
  /** Of the whole listing, counted at once. */
  readonly tokens: number;
  /** The weightiest tools, at most `MAX_LISTED_TOOLS`; they do not add up to `tokens`, because the listing has a frame. */
  readonly tools: readonly (readonly [target: string, tokens: number])[];
}

export const MAX_LISTED_TOOLS = 200;

/** Exchanges that could not be recorded as they were: they are in no other line. */
export interface JournalLost {
  readonly kind: "lost";
  readonly minute: number;
  readonly count: number;
  /** `queue`: too many waited. `file`: the file could not be written, or was full and nobody read it. */
  readonly why: "queue" | "file";
}

/**
 * `_meta` of a request in which a client may say how many tokens results of earlier calls took, by its own count: `{ "<tool>": tokens }`, at most
 * `MAX_REPORTED_TOOLS` tools (MCP 2026-07-28, basic: keys under a reverse-DNS prefix of one's own).
 */
export const USAGE_META_KEY = "io.github.mcp-ops/usage";
export const MAX_REPORTED_TOOLS = 20;

/** Folder of the runtime folder in which servers leave journals, and the sidecar the documents below. It is the sidecar that makes it: no reader, no journal. */
export const JOURNAL_FOLDER = "journal";
/** `CostDocument` as JSON, replaced by a rename. */
export const COST_FILE = "cost.json";
/** `BudgetsDocument` as JSON, replaced by a rename. */
export const BUDGETS_FILE = "budgets.json";
/** `SloDocument` as JSON, replaced by a rename. */
export const SLO_FILE = "slo.json";

const NAME = /^([1-9]\d{0,9})-([0-9a-f]{12})\.(\d{1,9})\.jsonl$/;

/** `<pid>-<bootId>.<file>.jsonl` */
export function journalFileName({ pid, bootId }: Boot, file: number): string {
  return `${pid}-${bootId}.${file}.jsonl`;
}

/** Whose file this is, and the how manieth; undefined for a file that is none. */
export function parseJournalFileName(name: string): (Boot & { readonly file: number }) | undefined {
  const match = NAME.exec(name);
  return match === null ? undefined : { pid: Number(match[1]), bootId: match[2] as string, file: Number(match[3]) };
}

/**
 * Upper bound of a duration in microseconds, with two significant digits: at most a tenth too long, and exact against any threshold that
 * itself has two digits (250 ms, 1.5 s).
 */
export function latencyBucketUs(durationUs: number): number {
  const whole = Math.max(1, Math.ceil(durationUs));
  let step = 1;
  while (whole > 99 * step) step *= 10;
  return Math.ceil(whole / step) * step;
}

export function formatJournalLine(line: JournalLine): string {
  return `${JSON.stringify(line)}\n`;
}

/**
 * Reads one line. Kinds it does not know are undefined, so that a newer writer may add some.
 * @throws OpsError JOURNAL_INVALID for a line that is none of ours.
 */
export function parseJournalLine(text: string): JournalLine | undefined {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch (cause) {
    throw invalid("it is not JSON", cause);
  }
  if (typeof read !== "object" || read === null || Array.isArray(read)) throw invalid("it is not a JSON object");
  const line = read as Readonly<Record<string, unknown>>;
  const check = CHECKS[String(line.kind)];
  if (check === undefined) return undefined;
  const wrong = Object.entries(check).find(([name, fits]) => !fits(line[name]))?.[0];
  if (wrong !== undefined) throw invalid(`"${wrong}" cannot be ${String(JSON.stringify(line[wrong])).slice(0, 80)}`);
  return line as unknown as JournalLine;
}

type Fits = (value: unknown) => boolean;
const isCount: Fits = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const isText: Fits = (value) => typeof value === "string" && value.length <= 1024;
const optional =
  (fits: Fits): Fits =>
  (value) =>
    value === undefined || fits(value);
const isObjectOf =
  (fits: Fits): Fits =>
  (value) =>
    typeof value === "object" && value !== null && !Array.isArray(value) && Object.values(value).every(fits);
const isPairs =
  (first: Fits): Fits =>
  (value) =>
    Array.isArray(value) &&
    value.every((pair) => Array.isArray(pair) && pair.length === 2 && first(pair[0]) && isCount(pair[1]));

const CHECKS: Readonly<Record<string, Readonly<Record<string, Fits>>>> = {
  start: { schema: (value) => value === 1, pid: isCount, bootId: isText, startedAt: isText, file: isCount },
  use: {
    minute: isCount,
    server: isText,
    method: isText,
    target: isText,
    status: isText,
    principal: optional(isText),
    session: optional(isText),
    count: isCount,
    durationUs: isCount,
    latencies: isPairs(isCount),
    requestBytes: isCount,
    responseBytes: isCount,
    tokens: optional(isObjectOf(isCount)),
    cpu: optional(isObjectOf(isCount)),
  },
  definitions: { minute: isCount, server: isText, method: isText, tokens: isCount, tools: isPairs(isText) },
  lost: { minute: isCount, count: isCount, why: isText },
};

function invalid(why: string, cause?: unknown): OpsError {
  return new OpsError("JOURNAL_INVALID", `This is no line of a journal of mcp-ops: ${why}. It is left out.`, { cause });
}
