const OPENING: ReadonlySet<number> = new Set([0x7b, 0x5b]);
/** White space of JSON, byte-order marks of any encoding, and what wider encodings put beside each character. */
const BEFORE: ReadonlySet<number> = new Set([0x00, 0x09, 0x0a, 0x0d, 0x20, 0xef, 0xbb, 0xbf, 0xfe, 0xff]);

/**
 * The object or list in these bytes, as the most liberal server reads it; undefined where there is none. Python's `json`, for
 * one, takes UTF-16 and UTF-32 unasked, and `NaN` for a number. What only such a server can read, gates must read too.
 */
export function liberalJson(bytes: Uint8Array): unknown {
  const first = bytes.find((byte) => !BEFORE.has(byte));
  if (first === undefined || !OPENING.has(first)) return undefined;
  return liberalJsonText(decoded(bytes));
}

/** The same of a text. */
export function liberalJsonText(text: string): unknown {
  return parsed(text) ?? parsed(withoutNonNumbers(text));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** JSON begins with an ASCII character, so that the zeros around it tell the encoding (RFC 4627, section 3). */
function decoded(bytes: Uint8Array): string {
  const [a, b, c, d] = bytes;
  if (a === 0xef) return new TextDecoder().decode(bytes);
  if (a === 0xff && b === 0xfe)
    return c === 0 && d === 0 ? utf32(bytes, true) : new TextDecoder("utf-16le").decode(bytes);
  if (a === 0xfe && b === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  if (a === 0) return b === 0 ? utf32(bytes, false) : new TextDecoder("utf-16be").decode(bytes);
  if (b === 0) return c === 0 && d === 0 ? utf32(bytes, true) : new TextDecoder("utf-16le").decode(bytes);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
}

function utf32(bytes: Uint8Array, isLittle: boolean): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let text = "";
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    const point = view.getUint32(at, isLittle);
    if (point !== 0xfeff) text += point > 0x10_ff_ff ? "\uFFFD" : String.fromCodePoint(point);
  }
  return text;
}

const NON_NUMBER = /-?\b(?:NaN|Infinity)\b/g;

/** With `null` for every number that JSON does not have, outside of strings. */
function withoutNonNumbers(text: string): string {
  let kept = "";
  let from = 0;
  while (from < text.length) {
    const quote = text.indexOf('"', from);
    const outside = text.slice(from, quote === -1 ? text.length : quote);
    const end = quote === -1 ? text.length : endOfString(text, quote + 1);
    kept += outside.replace(NON_NUMBER, "null") + text.slice(from + outside.length, end);
    from = end;
  }
  return kept;
}

function endOfString(text: string, from: number): number {
  let at = from;
  while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at + 1;
}
