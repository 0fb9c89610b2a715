import { stringify } from "yaml";
import { type JsonSchema, partsOf } from "./schema.ts";

/** Values of keys, by their path with dots between. */
export type KeyValues = Readonly<Record<string, unknown>>;

/**
 * A config as text, with every key there is: those in `values` as they say, all others as comments with their default or an
 * example. So it is correct and complete as it stands, and every comment can be taken away.
 */
export function configText(schema: JsonSchema, notes: readonly string[] = [], values: KeyValues = {}): string {
  const head = [
    "# The config of mcp-ops sidecar. What stands in a comment is the default, or an example where that is none or empty.",
    "# Variables overrule it: MCP_OPS_FLEET__TIMEOUT_MS=500 is fleet.timeoutMs. mcp-ops config check says what is wrong.",
    ...notes.map((note) => `# ${note}`),
  ];
  const sections = Object.entries(schema.properties ?? {}).map(([key, section]) =>
    block(key, section, "", key, values).join("\n"),
  );
  return `${[head.join("\n"), ...sections].join("\n\n")}\n`;
}

function block(key: string, schema: JsonSchema, indent: string, path: string, values: KeyValues): readonly string[] {
  const about = schema.description === undefined ? [] : [`${indent}# ${schema.description}`];
  const inner = Object.entries(partsOf(schema, namesBelow(path, values)));
  if (inner.length === 0) return [...about, leaf(key, schema, indent, path, values)];
  const lines = inner.flatMap(([name, one]) => block(name, one, `${indent}  `, `${path}.${name}`, values));
  const isSaid = Object.keys(values).some((said) => said.startsWith(`${path}.`));
  // A section of nothing but comments is null in YAML, and its key must be one, too.
  return [...about, `${isSaid ? indent : commented(indent)}${key}:`, ...lines];
}

function leaf(key: string, schema: JsonSchema, indent: string, path: string, values: KeyValues): string {
  const isSaid = path in values;
  const value = isSaid ? values[path] : shownOf(schema);
  const written = stringify(
    { [key]: value },
    { collectionStyle: "flow", flowCollectionPadding: true, lineWidth: 0 },
  ).trim();
  return `${isSaid ? indent : commented(indent)}${written.replace(/^\{ (.*) \}$/, "$1")}`;
}

/** An empty list or map shows nobody how to write one. */
function shownOf({ default: usual, examples: [example] = [] }: JsonSchema): unknown {
  const isEmpty = typeof usual === "object" && usual !== null && Object.keys(usual).length === 0;
  return usual === undefined || isEmpty ? (example ?? usual) : usual;
}

/** The names that a map has in the values. */
function namesBelow(path: string, values: KeyValues): readonly string[] {
  const below = Object.keys(values).filter((said) => said.startsWith(`${path}.`));
  return [...new Set(below.map((said) => said.slice(path.length + 1).split(".")[0] ?? ""))];
}

/** The text without the `# ` of its keys, as if somebody had taken every default. */
export function uncommented(text: string): string {
  return text.replace(
    /^(\s*)#(\s*)(?=[A-Za-z]+:(?: |$))/gm,
    (_, before: string, after: string) => before + after.slice(1),
  );
}

function commented(indent: string): string {
  return `${indent}# `;
}
