/**
 * A view of JSON data through which nothing can be changed, however deep: writing, deleting or defining throws a TypeError.
 * Costs nothing until something is read, and copies nothing.
 */
export function readonlyView<T extends object>(data: T): T {
  return new Proxy(data, refuseChanges) as T;
}

const refuseChanges: ProxyHandler<object> = {
  get(target, key) {
    const value: unknown = Reflect.get(target, key);
    if (typeof value !== "object" || value === null) return value;
    const own = Reflect.getOwnPropertyDescriptor(target, key);
    // A proxy must answer a frozen property with the very value it has (ECMAScript [[Get]] invariant).
    if (own !== undefined && !own.configurable && "value" in own && !own.writable) return value;
    return readonlyView(value);
  },
  getOwnPropertyDescriptor(target, key) {
    const own = Reflect.getOwnPropertyDescriptor(target, key);
    if (own === undefined || !own.configurable || typeof own.value !== "object" || own.value === null) return own;
    return { ...own, value: readonlyView(own.value as object) };
  },
  set: refuse,
  defineProperty: refuse,
  deleteProperty: refuse,
  setPrototypeOf: refuse,
  preventExtensions: refuse,
};

function refuse(): never {
  throw new TypeError("This is a read-only view of a message on the wire. Copy what you want to change.");
}
