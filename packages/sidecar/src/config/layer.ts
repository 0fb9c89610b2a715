/** One place a config comes from; a later layer overrules an earlier one. */
export interface Layer {
  readonly value: Readonly<Record<string, unknown>>;
  /** Where a path is said here, for messages: `mcp-ops.yaml:12`, or the name of a variable. Undefined when it is not. */
  readonly where: (path: readonly PropertyKey[]) => string | undefined;
}

/** The layers as one: keys of maps are merged, everything else is replaced, as is a reference to a secret. */
export function mergeLayers(layers: readonly Layer[]): Readonly<Record<string, unknown>> {
  return layers.map(({ value }) => value).reduce((under, over) => mergeMaps(under, over), {});
}

/** Where a path is said, or else what is nearest above it, by the layer that decides. */
export function whereIs(layers: readonly Layer[], path: readonly PropertyKey[]): string | undefined {
  for (let length = path.length; length > 0; length--) {
    const found = layers.map((layer) => layer.where(path.slice(0, length))).findLast((where) => where !== undefined);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Where the value at a path comes from, if only as a part of a list or map; undefined for a default. */
export function originOf(layers: readonly Layer[], path: readonly PropertyKey[]): string | undefined {
  let holding = layers.map((layer) => ({ layer, value: layer.value as unknown }));
  for (const key of path) {
    // A list replaces the one below it whole.
    if (holding.some(({ value }) => Array.isArray(value))) holding = holding.slice(-1);
    holding = holding.flatMap(({ layer, value }) =>
      typeof value === "object" && value !== null && Object.hasOwn(value, key)
        ? [{ layer, value: (value as Record<PropertyKey, unknown>)[key] }]
        : [],
    );
  }
  return whereIs(
    holding.slice(-1).map(({ layer }) => layer),
    path,
  );
}

type StringMap = Readonly<Record<string, unknown>>;

function mergeMaps(under: StringMap, over: StringMap): StringMap {
  if (isReference(under) && isReference(over)) return over;
  const merged = new Map(Object.entries(under));
  for (const [key, value] of Object.entries(over)) {
    const below = merged.get(key);
    merged.set(key, isMap(below) && isMap(value) ? mergeMaps(below, value) : value);
  }
  return Object.fromEntries(merged);
}

/** `{ file }` under `{ env }` must not become both. */
function isReference(value: StringMap): boolean {
  const keys = Object.keys(value);
  return keys.length === 1 && (keys[0] === "file" || keys[0] === "env") && typeof value[keys[0]] === "string";
}

export function isMap(value: unknown): value is StringMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
