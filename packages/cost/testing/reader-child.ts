/** A sidecar in small: reads the journals of a folder into a ledger and books usage, over and over, until it is killed. */
import { openLedger, readJournals, reserve, step } from "../src/index.ts";

const [folder = "", file = "", now = "0"] = process.argv.slice(2);

const ledger = await openLedger({ file, calendar: { timeZone: "UTC", prices: [] }, now: () => Number(now) });
process.send?.("open");
for (;;) {
  // A counter that goes on whether this process lives or not: milliseconds of the machine.
  const timerMs = Math.round(performance.timeOrigin + performance.now());
  const moment = { wallMs: Number(now), timer: "machine", timerMs };
  const process_ = { key: "root", owner: "a", parent: undefined, startedMs: 0, cpuUs: timerMs * 1000, endedCpuUs: 0 };
  const reading = { ...moment, owners: [{ owner: "a", server: "counter", root: "root" }], processes: [process_] };
  const { state: meter, intervals } = step(ledger.meter, reading, { periodMs: 1_000 });
  const { state, interval: reserved } = reserve(ledger.reserve, moment, {});
  ledger.bookUsage({ meter, intervals, reserve: state, reserved });
  await readJournals({ folder, ledger, isAlive: () => true, maxBytes: 64 * 1024 });
}
