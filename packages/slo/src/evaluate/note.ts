import type { Objective } from "../objective/objective.ts";
import type { Judged } from "./evaluate.ts";

/** Why an objective is in its state, in a sentence, and what to do where something is to be done. */
export function noteOf(objective: Objective, judged: Judged): string {
  switch (judged.state) {
    case "missed":
      return missed(objective, judged);
    case "at-risk":
      return atRisk(objective, judged);
    case "not enough data":
      return tooLittle(objective, judged);
    case "met":
      return `${percent(judged.remaining ?? 1)} of the error budget is left.`;
  }
}

function missed(objective: Objective, { totals, base }: Judged): string {
  const allowed = Math.floor((base * objective.budgetPpm) / 1e6);
  return `${counted(objective, totals.bad)} bad, and ${allowed} may be: the error budget is used up.`;
}

function atRisk(objective: Objective, { firing, allFailed, rates }: Judged): string {
  const [alert] = firing;
  if (alert === undefined) return `All of the last ${counted(objective, allFailed ?? 0)} failed.`;
  const rate = rates[alert.long] ?? 0;
  return `The error budget burns ${rate.toFixed(1)} times faster than allowed (over ${alert.long}).`;
}

function tooLittle(objective: Objective, { totals, isSilent }: Judged): string {
  const { server, kind, minEvents } = objective;
  const total = totals.good + totals.bad;
  if (isSilent && total >= minEvents)
    return kind === "availability"
      ? `Nobody has watched ${server} for an hour.`
      : `No call of ${server} for an hour, and it is not known to be up: no news is no good news.`;
  if (total > 0) return `Only ${counted(objective, total)} so far; from ${minEvents} on something can be said.`;
  return kind === "availability"
    ? `Nothing is known of ${server} yet.`
    : `No call of ${server} is recorded. If it has any, see that its journal is on.`;
}

function counted({ kind }: Objective, count: number): string {
  const noun = kind === "availability" ? "minute" : "call";
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** Rounded down: what is almost used up is not shown as there. */
function percent(share: number): string {
  return `${Math.floor(share * 100)} %`;
}
