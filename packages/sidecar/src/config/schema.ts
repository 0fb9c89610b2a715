import { z } from "zod";
import type { DutyPlan } from "../duties/duty.ts";
import { BASE_SECTIONS, type BaseConfig } from "./sections.ts";

/** The whole config: the daemon's own sections, and one for each duty by its name. */
export type Config = BaseConfig & Readonly<Record<string, object>>;

/** The one schema. A section that is left out has its defaults. */
export function configSchema(duties: readonly DutyPlan[]): z.ZodType<Config> {
  const sections = { ...BASE_SECTIONS, ...Object.fromEntries(duties.map(({ name, section }) => [name, section])) };
  const shape = Object.fromEntries(Object.entries(sections).map(([name, section]) => [name, optional(section)]));
  return z.strictObject(shape) as unknown as z.ZodType<Config>;
}

function optional(section: z.ZodType): z.ZodType {
  const about = section.description;
  const whole = section.prefault({});
  return about === undefined ? whole : whole.describe(about);
}

/** As far as the config uses JSON Schema (draft 2020-12). */
export interface JsonSchema {
  readonly $schema?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  /** Of a map with keys of the writer's own. */
  readonly additionalProperties?: JsonSchema | boolean;
  readonly propertyNames?: JsonSchema;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
}

/** For editors, and for whoever has to find a key by its path. */
export function configJsonSchema(duties: readonly DutyPlan[]): JsonSchema {
  const schema = z.toJSONSchema(configSchema(duties), { io: "input" }) as JsonSchema;
  return { ...schema, title: "The config of mcp-ops sidecar" };
}

/** The keys there are at a path; none where nothing has keys. */
export function keysAt(schema: JsonSchema, path: readonly PropertyKey[]): readonly string[] {
  let at: JsonSchema | undefined = schema;
  for (const key of path) at = at === undefined ? undefined : below(at, String(key));
  const own = Object.keys(at?.properties ?? {});
  if (own.length > 0) return own;
  const choices = at?.anyOf ?? at?.oneOf ?? [];
  return [...new Set(choices.flatMap((choice) => Object.keys(choice.properties ?? {})))];
}

function below({ properties, additionalProperties, items }: JsonSchema, key: string): JsonSchema | undefined {
  return properties?.[key] ?? (typeof additionalProperties === "object" ? additionalProperties : items);
}

/** What a section holds by key; of a map of sections, one under a name for an example. */
export function partsOf(
  { properties, additionalProperties, propertyNames }: JsonSchema,
  names: readonly string[] = [],
): Readonly<Record<string, JsonSchema>> {
  if (typeof additionalProperties !== "object" || additionalProperties.properties === undefined)
    return properties ?? {};
  const [example] = propertyNames?.examples ?? [];
  const shown = names.length > 0 ? names : [String(example)];
  return Object.fromEntries(shown.map((name) => [name, additionalProperties]));
}
