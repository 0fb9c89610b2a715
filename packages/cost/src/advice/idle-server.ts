import type { Advice } from "./advice.ts";
import { MONTH_DAYS } from "./saving.ts";
import { costsOf, daysBasis, lostOf, type ServerDays, usesOf } from "./uses.ts";

/** A server that nobody called for so many days is not in use. */
const IDLE_DAYS = 7;

const USED_BY: ReadonlySet<string> = new Set(["tools/call", "resources/read", "prompts/get"]);

/** A server that costs and that nobody used. Where exchanges were lost, nobody can say so. */
export function idleServerAdvice({ server, days }: ServerDays): Advice {
  const last = { server, days: days.slice(-IDLE_DAYS) };
  const uses = usesOf(last);
  const calls = uses.reduce((sum, { method, count }) => sum + (USED_BY.has(method) ? count : 0), 0);
  const exchanges = uses.reduce((sum, { count }) => sum + count, 0);
  const costs = costsOf(last);
  const perMonth = Math.round((costs.reduce((sum, { microUnits }) => sum + microUnits, 0) * MONTH_DAYS) / IDLE_DAYS);
  const about = {
    kind: "idle-server" as const,
    server,
    basis: { ...daysBasis(last), of: "days" as const },
    evidence: { calls, exchanges, lostExchanges: lostOf(last), microUnitsPerMonth: perMonth },
  };
  if (calls > 0) return { ...about, state: "fine", text: `It was used ${calls} times.` };
  if (costs.length < IDLE_DAYS || lostOf(last) > 0) {
    return { ...about, state: "not enough data", text: `It takes ${IDLE_DAYS} whole days of which nothing was lost.` };
  }
  if (perMonth === 0) return { ...about, state: "fine", text: "Nobody used it, and it costs nothing." };
  const silent = exchanges === 0 ? " It said nothing at all: make sure first that it writes a journal." : "";
  const text = `Nobody used it for ${IDLE_DAYS} days. Stop it, or start it when it is needed.${silent}`;
  return { ...about, state: "advised", text, savingMicroUnitsPerMonth: perMonth };
}
