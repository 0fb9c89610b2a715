/** On everything watched; the same in all copies of this package, so that two of them do not watch one thing twice. */
const WATCHED = Symbol.for("@mcp-ops/tap:watched");

/**
 * Notes that `object` is watched. False when it was before.
 *
 * A property rather than a WeakSet: servers and transports may live for one request, and weak tables are what the garbage
 * collector is slowest at.
 */
export function markOnce(object: object): boolean {
  if (Object.hasOwn(object, WATCHED)) return false;
  return Reflect.set(object, WATCHED, true);
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
