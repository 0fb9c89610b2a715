import type { PricedThing } from "@mcp-ops/formats";

/** What the ledger counts that a machine is paid for. */
export type ComputeKind = Exclude<PricedThing, "tokens">;

interface Unit {
  readonly of: ComputeKind;
  /** How much of what the ledger counts one unit is: core-microseconds, byte-milliseconds, bytes. */
  readonly holds: bigint;
}

const GIB = 2n ** 30n;
const GB = 10n ** 9n;
const HOUR_MS = 3_600_000n;
const HOUR_US = 1_000n * HOUR_MS;
/** 365 days in twelve parts: what the price lists of clouds, and OpenCost, mean by a month. */
export const MONTH_HOURS = 730n;

/** The units in which compute is sold. Those who sell by the GB and those who sell by the GiB differ by 7 %, so that the key says which it is. */
export const UNIT_KEYS = [
  "cpuCoreHour",
  "memoryGiBHour",
  "memoryGBHour",
  "storageGiBHour",
  "storageGiBMonth",
  "storageGBMonth",
  "networkOutGiB",
  "networkOutGB",
] as const;
export type UnitKey = (typeof UNIT_KEYS)[number];

export const UNITS: Readonly<Record<UnitKey, Unit>> = {
  cpuCoreHour: { of: "cpu", holds: HOUR_US },
  memoryGiBHour: { of: "memory", holds: GIB * HOUR_MS },
  memoryGBHour: { of: "memory", holds: GB * HOUR_MS },
  storageGiBHour: { of: "storage", holds: GIB * HOUR_MS },
  storageGiBMonth: { of: "storage", holds: GIB * HOUR_MS * MONTH_HOURS },
  storageGBMonth: { of: "storage", holds: GB * HOUR_MS * MONTH_HOURS },
  networkOutGiB: { of: "network", holds: GIB },
  networkOutGB: { of: "network", holds: GB },
};

const TOKENS_PER_PRICE = 1_000_000n;

/**
 * Money is summed in grains, the largest amount that divides a pico-unit of the currency per each of the units above: so every price is a
 * whole number of grains per core-microsecond, byte-millisecond, byte, token and call, and nothing is rounded before the sum stands.
 */
const GRAINS_PER_PICO = [...Object.values(UNITS).map(({ holds }) => holds), TOKENS_PER_PRICE].reduce(
  (all, one) => (all / gcd(all, one)) * one,
);

export const GRAINS_PER_MICRO: bigint = GRAINS_PER_PICO * 1_000_000n;

/** Grains for each core-microsecond, byte-millisecond or byte. */
export function computeRate(key: UnitKey, pico: bigint): bigint {
  return (pico * GRAINS_PER_PICO) / UNITS[key].holds;
}

/** Grains for each token, of a price per million. */
export function tokenRate(pico: bigint): bigint {
  return (pico * GRAINS_PER_PICO) / TOKENS_PER_PRICE;
}

/** Grains for each call. */
export function callRate(pico: bigint): bigint {
  return pico * GRAINS_PER_PICO;
}

function gcd(a: bigint, b: bigint): bigint {
  return b === 0n ? a : gcd(b, a % b);
}
