import { MINUTE_MS } from "../calendar/zone.ts";
import type { Rates } from "../prices/rates.ts";
import type { UsagePoint } from "../quantities.ts";
import { type Advice, type Basis, isEnough, tooLittle } from "./advice.ts";
import { quantile } from "./quantile.ts";
import { bytesSaved, coresSaved, meanSaved } from "./saving.ts";

/** What is known of a server's compute. */
export interface ComputeFacts {
  readonly server: string;
  /** Minutes of the window, ascending. */
  readonly points: readonly UsagePoint[];
  /** What is reserved for it; undefined where nothing is. */
  readonly reserved: { readonly cores: number | undefined; readonly memoryBytes: number | undefined };
  /** Limit under which it was last killed for want of memory, in bytes. */
  readonly killedAtBytes?: number | undefined;
  /** Of now. */
  readonly rates: Rates;
}

const CPU_QUANTILE = 0.95;
/** KRR's smallest request (cpu_min_value). */
const MIN_MILLICORES = 10;
const MEMORY_MARGIN = 1.15;
const KILLED_MARGIN = 1.25;
const MIB = 2 ** 20;
/** A minute less of which was measured tells no rate. */
const MIN_MEASURED_MS = 15_000;
/** Below this share a change is not worth a person's time. */
const WORTH = 0.1;

/** KRR's request: what suffices in 95 of 100 minutes, and no limit, because CPU time that is missing only makes slower. */
export function cpuAdvice({ server, points, reserved, rates }: ComputeFacts): Advice {
  const known = points.filter(({ measuredMs }) => measuredMs >= MIN_MEASURED_MS);
  // Of a minute in which it began or ended, the rate while it ran; several processes together have more than a minute.
  const cores = known.map(({ cpuUs, measuredMs }) => cpuUs / 1_000 / Math.min(MINUTE_MS, measuredMs));
  const about = { kind: "cpu" as const, server, basis: basisOf(known) };
  if (!isEnough(about.basis)) return { ...about, state: "not enough data", text: tooLittle(about.basis), evidence: {} };
  const p95 = quantile(cores, CPU_QUANTILE);
  // Six digits: what is a whole number of millicores shall stay one.
  const advised = Math.max(MIN_MILLICORES, Math.ceil(Number((p95 * 1_000).toFixed(6)))) / 1_000;
  const evidence = { p95Cores: p95, maxCores: quantile(cores, 1), advisedCores: advised };
  if (reserved.cores === undefined) {
    return { ...about, state: "fine", text: `Nothing is reserved; ${advised} cores would be enough.`, evidence };
  }
  return {
    ...about,
    ...judged(reserved.cores, advised, `${reserved.cores} cores`, `${advised} cores, and set no limit`),
    evidence: { ...evidence, reservedCores: reserved.cores },
    ...coresSaved(meanSaved(cores, reserved.cores, advised), rates.cpu),
  };
}

/** KRR's request and limit: the most that was seen and 15 %, or where it was killed for want of memory, that limit and 25 %. */
export function memoryAdvice({ server, points, reserved, killedAtBytes = 0, rates }: ComputeFacts): Advice {
  const known = points.filter(({ memoryBytes }) => memoryBytes !== undefined);
  const bytes = known.map(({ memoryBytes }) => memoryBytes as number);
  const about = { kind: "memory" as const, server, basis: basisOf(known) };
  if (!isEnough(about.basis)) return { ...about, state: "not enough data", text: tooLittle(about.basis), evidence: {} };
  const most = quantile(bytes, 1);
  const advised = Math.ceil(Math.max(most * MEMORY_MARGIN, killedAtBytes * KILLED_MARGIN) / MIB) * MIB;
  const evidence = {
    maxBytes: most,
    advisedBytes: advised,
    ...(killedAtBytes > 0 && { killedAtBytes }),
  };
  const text = `${advised / MIB} MiB`;
  if (reserved.memoryBytes === undefined) {
    return { ...about, state: "fine", text: `Nothing is reserved; ${text} would be enough.`, evidence };
  }
  return {
    ...about,
    ...judged(reserved.memoryBytes, advised, `${Math.round(reserved.memoryBytes / MIB)} MiB`, text),
    evidence: { ...evidence, reservedBytes: reserved.memoryBytes },
    ...bytesSaved(meanSaved(bytes, reserved.memoryBytes, advised), rates.memory),
  };
}

function judged(reserved: number, advised: number, is: string, better: string): Pick<Advice, "state" | "text"> {
  if (Math.abs(reserved - advised) <= WORTH * reserved)
    return { state: "fine", text: `${is} are reserved, and that fits.` };
  return { state: "advised", text: `Reserve ${better}, instead of ${is}.` };
}

function basisOf(points: readonly UsagePoint[]): Basis {
  const fromMinute = points[0]?.minute ?? 0;
  return { fromMinute, toMinute: (points.at(-1)?.minute ?? fromMinute - 1) + 1, count: points.length, of: "minutes" };
}
