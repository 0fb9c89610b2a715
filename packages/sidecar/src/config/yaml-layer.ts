import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { OpsError } from "@mcp-ops/formats";
import { isNode, isScalar, isMap as isYamlMap, LineCounter, parseDocument } from "yaml";
import { SIDECAR_ERROR } from "../codes.ts";
import { isMap, type Layer } from "./layer.ts";

/** A config is written by people. */
const MAX_BYTES = 1024 * 1024;

/** Reads a file; what is wrong with it as YAML is told by line, and never by its content. */
export function yamlLayer(file: string): Layer {
  const lines = new LineCounter();
  const name = basename(file);
  const document = parseDocument(textOf(file), { lineCounter: lines, prettyErrors: false, logLevel: "silent" });
  const wrong = [...document.errors, ...document.warnings].map(
    ({ pos, code }) => `${name}:${lines.linePos(pos[0]).line}: ${wordsFor(code)}`,
  );
  if (wrong.length > 0) throw invalidConfig(wrong);
  const value = mapOf(() => document.toJS({ maxAliasCount: 20 }) ?? {}, name);
  return {
    value,
    where(path) {
      const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
      const key = path.at(-1);
      const pair = isYamlMap(parent) ? parent.items.find(({ key: at }) => isScalar(at) && at.value === key) : undefined;
      const item = pair === undefined && typeof key === "number" ? document.getIn(path, true) : pair?.key;
      const start = isNode(item) ? item.range?.[0] : undefined;
      return start === undefined ? undefined : `${name}:${lines.linePos(start).line}`;
    },
  };
}

export function invalidConfig(problems: readonly string[]): OpsError {
  const shown = problems.slice(0, 20);
  const more = problems.length > shown.length ? [`and ${problems.length - shown.length} more`] : [];
  return new OpsError(SIDECAR_ERROR.configInvalid, ["The config cannot be used:", ...shown, ...more].join("\n  "));
}

function textOf(file: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    throw new OpsError(
      SIDECAR_ERROR.configMissing,
      `The config ${file} cannot be read (${(cause as NodeJS.ErrnoException).code}). Name another with --config, or write one with mcp-ops init.`,
      { cause },
    );
  }
  if (bytes.length > MAX_BYTES) throw invalidConfig([`${basename(file)}: it is longer than ${MAX_BYTES} bytes`]);
  return bytes.toString("utf8");
}

function mapOf(read: () => unknown, name: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = read();
  } catch {
    throw invalidConfig([`${name}: an alias (*name) leads nowhere, or to too much`]);
  }
  if (!isMap(value)) throw invalidConfig([`${name}:1: the config is a map of sections, such as "probes:"`]);
  return value;
}

function wordsFor(code: string): string {
  if (code === "DUPLICATE_KEY") return "this key is there twice";
  if (code === "TAB_AS_INDENT") return "YAML is indented with spaces, not with tabs";
  return `this is not YAML (${code})`;
}
