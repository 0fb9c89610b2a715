/** A callback member of a transport: `onmessage`, `onclose`, `onerror`. */
type Callback = (...args: never[]) => unknown;

/**
 * Puts `wrap` around whatever is, or later gets, assigned to a callback member of `object`, in place.
 *
 * Works for plain fields and for accessors of the prototype, to which the wrapped callback is forwarded. Reads as undefined
 * until it is set, because transports test that to decide whether to queue.
 */
export function interceptCallback(object: object, member: string, wrap: (callback: Callback) => Callback): void {
  const inherited = accessorOf(object, member);
  const read = () => (inherited?.get === undefined ? wrapped : (inherited.get.call(object) as Callback | undefined));
  let wrapped: Callback | undefined;
  const assign = (callback: Callback | undefined) => {
    wrapped = typeof callback === "function" ? wrap(callback) : callback;
    inherited?.set?.call(object, wrapped);
  };
  const present = Reflect.get(object, member) as Callback | undefined;
  Object.defineProperty(object, member, { configurable: true, enumerable: true, get: read, set: assign });
  if (present !== undefined) assign(present);
}

/** Replaces a method of one object by a function that is given the original, bound to the object. */
export function interceptMethod<A extends unknown[], R>(
  object: object,
  member: string,
  replacement: (original: (...args: A) => R, ...args: A) => R,
): void {
  const original = Reflect.get(object, member) as (...args: A) => R;
  replaceMethod(object, member, function (this: unknown, ...args: A): R {
    return replacement((...given) => original.apply(this ?? object, given), ...args);
  });
}

/** Puts a function in place of a method of one object. */
export function replaceMethod(object: object, member: string, value: (...args: never[]) => unknown): void {
  Object.defineProperty(object, member, { configurable: true, writable: true, enumerable: false, value });
}

/** Marks an object once, across all copies of this package in a process. False when it was marked before. */
export function markOnce(object: object, what: string): boolean {
  const mark = Symbol.for(`@mcp-ops/tap:${what}`);
  if (Object.hasOwn(object, mark)) return false;
  Object.defineProperty(object, mark, { value: true });
  return true;
}

function accessorOf(object: object, member: string): PropertyDescriptor | undefined {
  for (let proto = Object.getPrototypeOf(object); proto !== null; proto = Object.getPrototypeOf(proto)) {
    const found = Object.getOwnPropertyDescriptor(proto, member);
    if (found !== undefined) return found.get === undefined && found.set === undefined ? undefined : found;
  }
  return undefined;
}
