/** Digits after the point that a price may have: it is kept in whole pico-units of the currency. */
const MAX_DECIMALS = 12;
const DECIMAL = /^(\d{1,9})(?:\.(\d{1,12}))?$/;

/** More digits than these a number in JSON or YAML does not keep as they were written. */
const MAX_NUMBER_DIGITS = 15;

/**
 * A price as people write it, a number or a text such as `"0.00005479452"`, in pico-units (10⁻¹²): exactly what was written, or
 * undefined when it is no such price.
 */
export function picoUnits(written: unknown): bigint | undefined {
  const text = typeof written === "number" ? numberText(written) : written;
  const [, whole, part = ""] = (typeof text === "string" && DECIMAL.exec(text)) || [];
  return whole === undefined ? undefined : BigInt(whole + part.padEnd(MAX_DECIMALS, "0"));
}

/** As it was written, not as the machine holds it; undefined when too many digits were written to tell. */
function numberText(value: number): string | undefined {
  if (!Number.isFinite(value)) return undefined;
  const text = String(value);
  // Below a millionth the language writes 5e-8.
  const plain = text.includes("e-") ? value.toFixed(MAX_DECIMALS) : text;
  const digits = plain.replace(/^[0.]+/, "").replace(".", "").length;
  return Number(plain) === value && digits <= MAX_NUMBER_DIGITS ? plain : undefined;
}
