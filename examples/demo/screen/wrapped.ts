import { errorsOf, figuresOf, totalOf } from "../figures/figures.ts";
import { quantile } from "../figures/quantile.ts";
import { EVERYTHING } from "../wrapped/everything.ts";
import type { WrappedLook } from "../wrapped/wrapped-server.ts";
import { fit, kinds, type Paint, seconds } from "./words.ts";

/** `server-everything   120 calls   p50 0.52ms   p95 180ms   3 tool_error` */
export function wrappedWords(look: WrappedLook): string {
  if ("absent" in look) return look.absent;
  const total = totalOf(figuresOf(look.samples));
  const [p50, p95] = [0.5, 0.95].map((q) => seconds(quantile(q, total.buckets)));
  return `${look.server}   ${total.calls} calls   p50 ${p50}   p95 ${p95}   ${kinds(errorsOf(total)) || "no errors"}`;
}

/** The same for a log, which does not say at every line why there is nothing. */
export function wrappedCalls(look: WrappedLook): string {
  return "absent" in look ? "no figures" : `${totalOf(figuresOf(look.samples)).calls} calls`;
}

/** How a person looks at its figures, and whose they are. */
export function wrappedHints(look: WrappedLook, columns: number, paint: Paint): string[] {
  if ("absent" in look) return [];
  return [
    fit(`         curl -s --unix-socket ${look.socketPath} http://localhost/metrics`, columns),
    paint("dim", fit(`wrapped: ${EVERYTHING}, unchanged, behind mcp-ops wrap`, columns)),
  ];
}
