/** Runs every leg of the gate, plain and watched, and ends with 1 if watching a server changed any verdict. */
import { differences, report } from "./compare.ts";
import { type Leg, legs } from "./legs.ts";
import { runSuite } from "./run-suite.ts";
import { shortfalls } from "./shortfalls.ts";

async function compareLeg(leg: Leg): Promise<boolean> {
  const { fixture, selection, title } = leg;
  const [plain, watched] = await Promise.all([
    runSuite(fixture, "plain", selection),
    runSuite(fixture, "watched", selection),
  ]);
  console.log(report(title, plain.checks, watched.checks));
  const faults = shortfalls(leg, plain);
  for (const fault of faults) console.log(`  ${fault}`);
  const sameExit = plain.exitCode === watched.exitCode;
  if (!sameExit) console.log(`  exit codes: plain ${plain.exitCode}, watched ${watched.exitCode}`);
  return sameExit && faults.length === 0 && differences(plain.checks, watched.checks).length === 0;
}

// One leg after the other: its two runs already fill two cores.
for (const leg of legs) {
  if (!(await compareLeg(leg))) process.exitCode = 1;
}
