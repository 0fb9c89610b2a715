import { totals } from "./compare.ts";
import type { KnownFailures, Leg } from "./legs.ts";
import type { SuiteRun } from "./run-suite.ts";

const harmless = new Set(["SUCCESS", "INFO", "SKIPPED"]);

/** Says, in one line each, where a run falls short of what its leg promises, or passes what is listed as failing. */
export function shortfalls({ passes, knownFailures }: Leg, { checks, exitCode }: SuiteRun): string[] {
  const known = new Set(knownFailures.flatMap(listed));
  const failed = new Set(
    checks.filter(({ status }) => !harmless.has(status)).map(({ scenario, id }) => `${scenario}:${id}`),
  );
  const passed = totals(checks).SUCCESS ?? 0;
  return [
    ...[...failed].filter((check) => !known.has(check)).map((check) => `${check} does not pass`),
    ...[...known].filter((check) => !failed.has(check)).map((check) => `${check} passes now: strike it off legs.ts`),
    ...(passed < passes ? [`${passed} checks passed, at least ${passes} should`] : []),
    ...(exitCode === 0 ? [] : [`the suite ended with exit code ${exitCode}`]),
  ];
}

function listed({ checks }: KnownFailures): string[] {
  return Object.entries(checks).flatMap(([scenario, ids]) => ids.map((id) => `${scenario}:${id}`));
}
