import { latencyBucketUs } from "@mcp-ops/formats";
import { sloError } from "../errors.ts";

/**
 * A threshold in microseconds. Latencies are recorded with two significant digits, rounded up, so that against two digits each call is judged
 * exactly and against three it could not be.
 * @throws SLO_OBJECTIVE_INVALID that names the nearest ones.
 */
export function thresholdUs(thresholdMs: number): number {
  // To the nanosecond: 1.1 × 1000 is not 1100 in every engine.
  const us = Math.round(thresholdMs * 1e6) / 1e3;
  if (!(us >= 1) || us > MAX_US)
    throw sloError("SLO_OBJECTIVE_INVALID", `thresholdMs is ${thresholdMs}. Give milliseconds, from 0.001 to 3600000.`);
  const above = latencyBucketUs(us);
  if (above === us) return us;
  throw sloError(
    "SLO_OBJECTIVE_INVALID",
    `thresholdMs is ${thresholdMs}, and latencies are recorded with two significant digits. Use ${bucketBelowUs(us) / 1e3} or ${above / 1e3}.`,
  );
}

const MAX_US = 3_600_000_000;

/** The largest bucket that is not above; at least 1. */
function bucketBelowUs(us: number): number {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(us)) - 1);
  return Math.max(1, Math.floor(us / step) * step);
}
