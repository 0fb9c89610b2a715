/**
 * Bytes (UTF-8) that `JSON.stringify(value)` would make, counted without making them.
 * `value` is what JSON.parse gives, or what goes into JSON.stringify: members that are undefined or functions do not count.
 */
export function jsonBytes(value: unknown): number {
  switch (typeof value) {
    case "string":
      return stringBytes(value);
    case "number":
      return Number.isFinite(value) ? String(value).length : 4;
    case "boolean":
      return value ? 4 : 5;
    case "object":
      return value === null ? 4 : objectBytes(value);
    default:
      return 0;
  }
}

function objectBytes(value: object): number {
  const toJSON = (value as { toJSON?: unknown }).toJSON;
  if (typeof toJSON === "function") return jsonBytes((toJSON as () => unknown).call(value));
  if (Array.isArray(value)) {
    let bytes = 2 + Math.max(0, value.length - 1);
    for (const item of value) bytes += jsonBytes(item) || 4;
    return bytes;
  }
  let bytes = 2;
  for (const key of Object.keys(value)) {
    const size = jsonBytes((value as Record<string, unknown>)[key]);
    if (size > 0) bytes += (bytes > 2 ? 1 : 0) + stringBytes(key) + 1 + size;
  }
  return bytes;
}

const SHORT = 64;
// JSON.stringify escapes these, and lone surrogates (well-formed JSON.stringify, ES2019).
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const NEEDS_CARE = /["\\\u0000-\u001f\u0080-\uffff]/;

function stringBytes(text: string): number {
  if (text.length > SHORT && !NEEDS_CARE.test(text)) return text.length + 2;
  let bytes = 2;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) bytes += unit >= 0x20 && unit !== 0x22 && unit !== 0x5c ? 1 : escapedBytes(unit);
    else if (unit < 0x800) bytes += 2;
    else if (unit < 0xd800 || unit > 0xdfff) bytes += 3;
    else if (unit < 0xdc00 && isLowSurrogate(text.charCodeAt(i + 1))) {
      bytes += 4;
      i++;
    } else bytes += 6;
  }
  return bytes;
}

/** `\"` `\\` `\b` `\t` `\n` `\f` `\r` take two bytes, other control characters six. */
function escapedBytes(unit: number): number {
  return unit === 0x22 || unit === 0x5c || (unit >= 0x08 && unit <= 0x0d && unit !== 0x0b) ? 2 : 6;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
