import { nearest } from "@mcp-ops/kit";
import { parse } from "yaml";
import type { Layer } from "./layer.ts";
import { mergeLayers } from "./layer.ts";
import { type JsonSchema, keysAt } from "./schema.ts";
import { invalidConfig } from "./yaml-layer.ts";

/**
 * `MCP_OPS_FLEET__TIMEOUT_MS=500` is `fleet.timeoutMs: 500`. Variables without `__` are others' (those of the servers, and
 * `MCP_OPS_ENV`); an empty one says nothing.
 */
export function envLayer(env: Readonly<Record<string, string | undefined>>, schema: JsonSchema): Layer {
  const problems: string[] = [];
  const names = new Map<string, string>();
  const values: Record<string, unknown>[] = [];
  for (const [name, text] of Object.entries(env)) {
    if (!name.startsWith("MCP_OPS_") || !name.includes("__") || !text) continue;
    const path = pathOf(name, schema);
    if (typeof path === "string") problems.push(path);
    else {
      for (let length = 1; length <= path.length; length++) names.set(path.slice(0, length).join("."), name);
      values.push(nested(path, read(text)));
    }
  }
  if (problems.length > 0) throw invalidConfig(problems);
  const value = mergeLayers(values.map((one) => ({ value: one, where: () => undefined })));
  return { value, where: (path) => names.get(path.join(".")) };
}

/** The path of keys, or what is wrong with the name. */
function pathOf(name: string, schema: JsonSchema): readonly string[] | string {
  const path: string[] = [];
  for (const word of name.slice("MCP_OPS_".length).split("__")) {
    const keys = keysAt(schema, path);
    const key = keys.find((candidate) => envWord(candidate) === word.toUpperCase());
    if (key === undefined) return unknown(name, word, keys.map(envWord), path);
    path.push(key);
  }
  return path;
}

function unknown(name: string, word: string, words: readonly string[], above: readonly string[]): string {
  const meant = nearest(word, words);
  if (meant !== undefined) return `${name}: ${word} names no key of the config. Did you mean ${meant}?`;
  // Under names of the writer's own there is nothing a variable could be called after.
  const whole = ["MCP_OPS_", above.map(envWord).join("__")].join("");
  const fix = words.length > 0 ? `There are: ${words.join(", ")}.` : `Give ${whole} its value as a whole, in YAML.`;
  return `${name}: ${word} names no key of the config. ${fix}`;
}

/** `timeoutMs` as a variable has it: `TIMEOUT_MS`. */
function envWord(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

function nested(path: readonly string[], value: unknown): Record<string, unknown> {
  return path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Record<string, unknown>;
}

/** Numbers, yes and no, and lists as YAML has them; what is no YAML is text. */
function read(text: string): unknown {
  try {
    return parse(text, { prettyErrors: false, logLevel: "silent" });
  } catch {
    return text;
  }
}
