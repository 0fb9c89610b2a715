/** Figures with their units, much as Grafana writes them. */

type Scale = readonly (readonly [from: number, word: string])[];

const TIME: Scale = [
  [86_400, " days"],
  [3_600, " h"],
  [60, " min"],
  [1, " s"],
  [1e-3, " ms"],
  [1e-6, " µs"],
];
const BYTES: Scale = [
  [2 ** 30, " GiB"],
  [2 ** 20, " MiB"],
  [2 ** 10, " KiB"],
  [1, " B"],
];
const COUNT: Scale = [
  [1e6, " Mil"],
  [1e3, " K"],
  [1, ""],
];

export function figure(value: number, unit: string, decimals?: number): string {
  if (unit === "percentunit") return `${rounded(value * 100, decimals)}%`;
  if (unit === "s") return scaled(value, TIME, decimals);
  if (unit === "bytes") return scaled(value, BYTES, decimals);
  if (unit === "none") return rounded(value, decimals);
  const suffix = { reqps: " req/s", cps: " c/s" }[unit] ?? "";
  return `${scaled(value, COUNT, decimals)}${suffix}`;
}

function scaled(value: number, scale: Scale, decimals: number | undefined): string {
  const smallest = scale.at(-1) ?? [1, ""];
  const [size, word] = value === 0 ? [1, ""] : (scale.find(([from]) => Math.abs(value) >= from) ?? smallest);
  const isPlain = word === "";
  return `${rounded(value / (isPlain ? 1 : size), decimals)}${word}`;
}

/** Three digits that count, where nobody says how many. */
function rounded(value: number, decimals?: number): string {
  if (decimals !== undefined) return value.toFixed(decimals);
  return `${Number(value.toPrecision(3))}`;
}
