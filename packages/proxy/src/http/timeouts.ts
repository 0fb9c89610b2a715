import { type Exchange, type Gate, PASS } from "@mcp-ops/exchange";
import { LISTEN_METHOD } from "@mcp-ops/formats";

/** How long an answer may take, by the kind of question, in milliseconds. */
export interface Timeouts {
  readonly defaultMs: number;
  /** Calls that report progress, and `longTools`. */
  readonly longMs: number;
  /** Questions whose answer nobody computes. */
  readonly realTimeMs: number;
  /** Names of tools that take their time. */
  readonly longTools: readonly string[];
}

export const DEFAULT_TIMEOUTS: Timeouts = { defaultMs: 30_000, longMs: 300_000, realTimeMs: 5_000, longTools: [] };

/** Lists are not among them: many servers ask others for theirs. */
const REAL_TIME = new Set(["ping", "server/discover", "completion/complete", "logging/setLevel"]);

/** The gate that answers in place of a server that takes too long. */
export function timeoutGate(timeouts: Timeouts): Gate {
  const longTools = new Set(timeouts.longTools);
  const realTime = { pass: true, deadlineMs: timeouts.realTimeMs } as const;
  const usual = { pass: true, deadlineMs: timeouts.defaultMs } as const;
  const long = { pass: true, deadlineMs: timeouts.longMs } as const;
  const isLong = ({ method, target, meta }: Exchange) =>
    meta?.progressToken !== undefined || (method === "tools/call" && target !== undefined && longTools.has(target));
  return function timeout(exchange) {
    // What a server asks of a client waits for a person; a listen stream lasts as long as somebody listens.
    if (exchange.direction === "outbound" || exchange.method === LISTEN_METHOD) return PASS;
    if (REAL_TIME.has(exchange.method)) return realTime;
    return isLong(exchange) ? long : usual;
  };
}
