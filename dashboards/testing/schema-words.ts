/** Words to write a JSON Schema with. */

export type Schema = Readonly<Record<string, unknown>>;

export const STRING: Schema = { type: "string" };
export const WORDS: Schema = { type: "string", minLength: 1 };
export const BOOLEAN: Schema = { type: "boolean" };
export const NUMBER: Schema = { type: "number" };
export const WHOLE: Schema = { type: "integer", minimum: 0 };
export const COLOUR: Schema = { type: "string", pattern: "^#[0-9A-F]{6}$" };

/** Everything named is there, but for what ends with a question mark. Nothing else is. */
export function object(parts: Readonly<Record<string, Schema>>): Schema {
  const entries = Object.entries(parts).map(([name, schema]) => [name.replace(/\?$/, ""), schema] as const);
  const required = Object.keys(parts).filter((name) => !name.endsWith("?"));
  return { type: "object", properties: Object.fromEntries(entries), required, additionalProperties: false };
}

export function list(items: Schema, minItems = 0): Schema {
  return { type: "array", items, minItems };
}

export function oneOf(...values: readonly (string | number | boolean)[]): Schema {
  return { enum: values };
}

export const DATASOURCE = object({ type: oneOf("prometheus"), uid: oneOf("${datasource}") });
