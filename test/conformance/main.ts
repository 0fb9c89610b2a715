/** Runs every leg of the gate, plain, watched and behind the proxy, and ends with 1 if that changed any verdict. */
import { differences, report } from "./compare.ts";
import { type Leg, legs } from "./legs.ts";
import { runSuite, type SuiteRun } from "./run-suite.ts";
import { shortfalls } from "./shortfalls.ts";

async function compareLeg(leg: Leg): Promise<boolean> {
  const { fixture, selection, title } = leg;
  const [plain, watched] = await Promise.all([
    runSuite(fixture, "plain", selection),
    runSuite(fixture, "watched", selection),
  ]);
  const proxied = await runSuite(fixture, "proxied", selection);
  const faults = shortfalls(leg, plain);
  const areAlike = [alike(`${title}, watched`, plain, watched), alike(`${title}, proxied`, plain, proxied)];
  for (const fault of faults) console.log(`  ${fault}`);
  return faults.length === 0 && areAlike.every(Boolean);
}

function alike(title: string, plain: SuiteRun, other: SuiteRun): boolean {
  console.log(report(title, plain.checks, other.checks));
  const sameExit = plain.exitCode === other.exitCode;
  if (!sameExit) console.log(`  exit codes: plain ${plain.exitCode}, other ${other.exitCode}`);
  return sameExit && differences(plain.checks, other.checks).length === 0;
}

// One leg after the other: its two runs already fill two cores.
for (const leg of legs) {
  if (!(await compareLeg(leg))) process.exitCode = 1;
}
