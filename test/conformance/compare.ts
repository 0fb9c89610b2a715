import type { Check } from "./run-suite.ts";

export interface Difference {
  scenario: string;
  id: string;
  name: string;
  /** Every status the check had, since a scenario may make the same check several times. */
  plain: string[];
  other: string[];
}

/** Finds every check on which two runs do not agree: another status, or a check that only one of them has. */
export function differences(plain: Check[], other: Check[]): Difference[] {
  const before = statusesByCheck(plain);
  const after = statusesByCheck(other);
  return [...new Set([...before.keys(), ...after.keys()])]
    .map((check) => ({ check, plain: before.get(check) ?? [], other: after.get(check) ?? [] }))
    .filter(({ plain, other }) => plain.join() !== other.join())
    .map(({ check, ...statuses }) => ({ ...nameParts(check), ...statuses }));
}

/** Counts the checks of each status. */
export function totals(checks: Check[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status } of checks) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/** Writes a comparison for people: one line of totals, then one line for every difference. */
export function report(title: string, plain: Check[], other: Check[]): string {
  const found = differences(plain, other);
  const lines = found.map(({ scenario, id, name, plain, other }) =>
    [`  ${scenario} · ${id} · ${name}`, `    plain:   ${orNone(plain)}`, `    other:   ${orNone(other)}`].join("\n"),
  );
  const verdict = found.length === 0 ? "identical" : `${found.length} differences`;
  return [`${title.padEnd(46)}${counted(plain).padEnd(52)}${verdict}`, ...lines].join("\n");
}

function statusesByCheck(checks: Check[]): Map<string, string[]> {
  const byCheck = new Map<string, string[]>();
  for (const { scenario, id, name, status } of checks) {
    const check = [scenario, id, name].join("\n");
    byCheck.set(check, [...(byCheck.get(check) ?? []), status].sort());
  }
  return byCheck;
}

function nameParts(check: string): { scenario: string; id: string; name: string } {
  const [scenario = "", id = "", name = ""] = check.split("\n");
  return { scenario, id, name };
}

function counted(checks: Check[]): string {
  return Object.entries(totals(checks))
    .sort(([, a], [, b]) => b - a)
    .map(([status, count]) => `${count} ${status.toLowerCase()}`)
    .join(", ");
}

function orNone(statuses: string[]): string {
  return statuses.join(", ") || "(no such check)";
}
