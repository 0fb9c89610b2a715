import type { JournalStatus, SloKind } from "@mcp-ops/formats";

/** How a call ended, as journals tell it apart. */
export type CallEnd = Exclude<JournalStatus, "sent">;

/**
 * What an end says about an objective.
 * - `good`: for it; of a latency objective only when it took no longer than the threshold, else against it
 * - `bad`: against it
 * - `late`: against it when it took longer than the threshold, else nothing; for latency only
 * - `ignored`: nothing
 */
export const VERDICTS = ["good", "bad", "late", "ignored"] as const;
export type Verdict = (typeof VERDICTS)[number];

export interface VerdictRow extends Readonly<Record<SloKind, Verdict>> {
  readonly why: string;
}

const ANSWERED: VerdictRow = { availability: "good", latency: "good", errors: "good", why: "the server answered" };
const CALLERS_FAULT: VerdictRow = {
  availability: "ignored",
  latency: "ignored",
  errors: "ignored",
  why: "the caller's fault: whoever asks for nonsense must neither spend a budget nor water it down",
};

/** What each end counts for where an objective does not say otherwise. */
export const VERDICT_TABLE: Readonly<Record<CallEnd, VerdictRow>> = {
  success: ANSWERED,
  input_required: { ...ANSWERED, why: "the server answered, with a question of its own" },
  task: { ...ANSWERED, why: "the server took it on" },
  tool_error: { ...ANSWERED, errors: "bad", why: "the server was there and in time; its tool failed" },
  error: {
    availability: "bad",
    latency: "late",
    errors: "bad",
    why: "the server failed; a quick failure is no quick answer",
  },
  timeout: { availability: "bad", latency: "bad", errors: "bad", why: "nobody waits for it any more" },
  lost: {
    availability: "ignored",
    latency: "late",
    errors: "bad",
    why: "a crash looks like a client that left: the caller got nothing. Whether the server was there, the probes know",
  },
  cancelled: {
    availability: "ignored",
    latency: "late",
    errors: "ignored",
    why: "the caller changed its mind; after the threshold it had waited too long",
  },
  validation: CALLERS_FAULT,
  unknown_tool: CALLERS_FAULT,
  unknown_prompt: CALLERS_FAULT,
  unknown_resource: CALLERS_FAULT,
  unknown_method: CALLERS_FAULT,
  client_error: CALLERS_FAULT,
  denied: {
    ...CALLERS_FAULT,
    why: "a gate refused it, as it should: no right to it, a budget that is used up, a standby",
  },
};

export const CALL_ENDS: readonly CallEnd[] = Object.keys(VERDICT_TABLE) as CallEnd[];

/** Undefined for what is no call, and for words of a newer version. */
export function callEnd(status: string): CallEnd | undefined {
  return Object.hasOwn(VERDICT_TABLE, status) ? (status as CallEnd) : undefined;
}
