/** Marks kept process-wide, so that two copies of this package in one process do not watch the same thing twice. */
const MARKS = Symbol.for("@mcp-ops/tap:watched");

/** Notes that `object` is watched. False when it was before. */
export function markOnce(object: object): boolean {
  const global = globalThis as { [MARKS]?: WeakSet<object> };
  global[MARKS] ??= new WeakSet();
  if (global[MARKS].has(object)) return false;
  global[MARKS].add(object);
  return true;
}

/**
 * Replaces a method of one object by a function that is given the original, bound to the object.
 *
 * Members are replaced by plain assignment here and in transport.ts: turning a field into an accessor makes the engine treat the
 * whole object as a dictionary, which cost a per-request transport some 10 µs (docs/overhead.md).
 */
export function interceptMethod<A extends unknown[], R>(
  object: object,
  member: string,
  replacement: (original: (...args: A) => R, ...args: A) => R,
): void {
  const original = Reflect.get(object, member) as (...args: A) => R;
  Reflect.set(object, member, function (this: unknown, ...args: A): R {
    return replacement((...given) => original.apply(this ?? object, given), ...args);
  });
}
