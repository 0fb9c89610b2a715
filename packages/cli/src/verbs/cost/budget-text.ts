import type { BudgetState } from "@mcp-ops/formats";
import { clipped } from "../../clipped.ts";
import { EXIT } from "../../exit-codes.ts";
import { printable } from "../../printable.ts";
import { textTable } from "../../text-table.ts";
import { decimalsFor, moneyText } from "./money.ts";

const COLUMNS = [
  { title: "budget" },
  { title: "for" },
  { title: "state" },
  { title: "spent", right: true },
  { title: "limit", right: true },
  { title: "used", right: true },
  { title: "forecast", right: true },
];

export function budgetTable(budgets: readonly BudgetState[]): string {
  const decimals = decimalsFor(budgets.map(({ limitMicroUnits }) => limitMicroUnits));
  const rows = budgets.map((budget) => {
    const { name, period, state, isHard, spentMicroUnits, limitMicroUnits, forecastMicroUnits: to } = budget;
    return [
      clipped(name, 13),
      clipped(`${period}, ${subjectOf(budget)}`, 18),
      isHard && state === "exceeded" ? "exceeded!" : state,
      moneyText(spentMicroUnits, decimals),
      moneyText(limitMicroUnits, decimals),
      usedText(Math.floor((100 * spentMicroUnits) / limitMicroUnits)),
      to === undefined ? "?" : moneyText(to, decimals),
    ];
  });
  return textTable(COLUMNS, rows);
}

function usedText(percent: number): string {
  return percent > 999 ? ">999 %" : `${percent} %`;
}

/** What a person has to do something about. */
export function budgetAlarms(budgets: readonly BudgetState[]): readonly string[] {
  const hard = budgets.filter(({ isHard, state }) => isHard && state === "exceeded");
  return hard.map(
    ({ name, resetsAt }) =>
      `! ${printable(clipped(name, 30))} is used up until ${minuteText(resetsAt)}.\n` +
      "  Servers that heed budgets refuse its calls. Raise its limit, or wait.",
  );
}

/** Somebody should look at a budget that is not all right. */
export function budgetExit(budgets: readonly BudgetState[]): number {
  return budgets.every(({ state }) => state === "ok") ? EXIT.ok : EXIT.alarm;
}

export function minuteText(iso: string): string {
  return `${iso.slice(0, 16).replace("T", " ")} UTC`;
}

function subjectOf({ server, target, principal }: BudgetState): string {
  return [server, target, principal].filter((part) => part !== undefined).join("/") || "all";
}
