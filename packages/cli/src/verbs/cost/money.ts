const MICRO_DIGITS = 6;
const FIGURES = 4;

/** Digits after the point with which the largest amount of a table has four figures: at least cents, at most micro-units. */
export function decimalsFor(amounts: readonly number[]): number {
  const largest = Math.max(0, ...amounts.map(Math.abs)) / 10 ** MICRO_DIGITS;
  const whole = largest === 0 ? 1 : Math.floor(Math.log10(largest)) + 1;
  return Math.min(MICRO_DIGITS, Math.max(2, FIGURES - whole));
}

/** Micro-units in units of the currency. What is something, but less than can be shown, is not shown as nothing. */
export function moneyText(microUnits: number, decimals: number): string {
  const text = (microUnits / 10 ** MICRO_DIGITS).toFixed(decimals);
  return microUnits > 0 && Number(text) === 0 ? `<${(10 ** -decimals).toFixed(decimals)}` : text;
}

/** One amount by itself. */
export function amountText(microUnits: number, currency: string): string {
  return `${moneyText(microUnits, decimalsFor([microUnits]))} ${currency}`;
}
