import { withoutSecrets } from "@mcp-ops/formats";
import { nearest } from "@mcp-ops/kit";
import type { z } from "zod";
import { type Layer, whereIs } from "./layer.ts";
import { type JsonSchema, keysAt } from "./schema.ts";

type Issue = z.core.$ZodIssue;

/** What is wrong, one line each: where, which key, and what would be right. Values are not shown: one may be a secret in the wrong place. */
export function problemsOf(issues: readonly Issue[], layers: readonly Layer[], schema: JsonSchema): readonly string[] {
  return issues.flatMap((issue) => {
    // Of a name that cannot be, the reason lies one deeper.
    const { message } = (issue.code === "invalid_key" && issue.issues[0]) || issue;
    if (issue.code !== "unrecognized_keys") return [line(layers, issue.path, sentence(message))];
    return issue.keys.map((key) => line(layers, [...issue.path, key], unknownKey(key, keysAt(schema, issue.path))));
  });
}

/** One problem that no schema finds. */
export function line(layers: readonly Layer[], path: readonly PropertyKey[], what: string): string {
  const where = whereIs(layers, path);
  const key = withoutSecrets(path.map(String).join("."));
  return `${where === undefined ? "" : `${where}: `}${key} ${what}`;
}

function unknownKey(key: string, keys: readonly string[]): string {
  const meant = nearest(key, keys);
  return `is no key of the config. ${meant === undefined ? `There are: ${keys.join(", ")}.` : `Did you mean ${meant}?`}`;
}

/** zod's own messages begin like titles. */
function sentence(message: string): string {
  return message.startsWith("must")
    ? message
    : `cannot be so: ${message.replace(/^Invalid input: /, "").replace(/^./, (first) => first.toLowerCase())}`;
}
