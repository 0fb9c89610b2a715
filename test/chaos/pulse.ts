import { existsSync, readFileSync } from "node:fs";
import type { History } from "./history.ts";

const PULSE_MS = 100;
/** Below it nothing is late but by chance. */
const STALL_MS = 10;
/** Linux counts for how long some process, of all there are, had to wait for a processor or for the disk. */
const PRESSURES: readonly string[] = ["/proc/pressure/cpu", "/proc/pressure/io"].filter((file) => existsSync(file));

/** Notices when this machine has no time for us: it is shared, and has few cores. */
export function pulse(history: History): NodeJS.Timeout {
  let [last, lastWaitedMs] = [performance.now(), waitedMs()];
  return setInterval(() => {
    const [now, waited] = [performance.now(), waitedMs()];
    const passedMs = now - last;
    const ms = Math.max(passedMs - PULSE_MS, Math.min(passedMs, waited - lastWaitedMs));
    [last, lastWaitedMs] = [now, waited];
    if (ms > STALL_MS) history.add({ what: "stalled", ms: Math.round(ms) });
  }, PULSE_MS);
}

function waitedMs(): number {
  const micros = PRESSURES.map((file) => Number(/^some .*total=(\d+)$/m.exec(readFileSync(file, "utf8"))?.[1] ?? 0));
  return micros.reduce((sum, one) => sum + one, 0) / 1_000;
}
