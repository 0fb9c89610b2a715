/** Whether two values are the same, or lists or plain objects that hold the same all the way down. `same` compares the rest. */
export function alike(a: unknown, b: unknown, same: (a: unknown, b: unknown) => boolean = Object.is): boolean {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, index) => alike(item, b[index], same));
  if (!isPlain(a) || !isPlain(b)) return same(a, b);
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && alike(a[key], b[key], same))
  );
}

/**
 * Whether two values were written by the same code: functions and regular expressions count by their text. For what must not
 * be opened anew for each request just because its options hold a function that is written inline.
 */
export function alikeAsWritten(a: unknown, b: unknown): boolean {
  return alike(a, b, (one, other) => isWritten(one) && isWritten(other) && String(one) === String(other));
}

function isWritten(value: unknown): boolean {
  return typeof value === "function" || value instanceof RegExp;
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
