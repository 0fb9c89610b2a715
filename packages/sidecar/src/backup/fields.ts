import { isAbsolute } from "node:path";
import { z } from "zod";
import { type SecretReference, secret } from "../config/sections.ts";

/** Name of a set or a database: it becomes a folder, and a label of metrics. */
export function named(example: string): z.ZodString {
  return z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, {
      error: "must be a name of letters, digits, dots, dashes and underscores",
    })
    .meta({ examples: [example] });
}

/** A program by its whole path: what a search finds can be planted. */
export function absolute(example: string): z.ZodString {
  return z
    .string()
    .refine(isAbsolute, { error: `must be a whole path, such as ${example}` })
    .meta({ examples: [example] });
}

/** Variables for a program, each by where its value is. */
export function secretVariables(): z.ZodType<Readonly<Record<string, SecretReference>>> {
  return z
    .record(z.string().regex(/^[A-Za-z_]\w*$/, { error: "must be the name of a variable" }), secret)
    .default({})
    .describe("Variables it gets besides PATH, each { file: path } or { env: NAME }.")
    .meta({ examples: [{ LANG: { env: "LANG" } }] });
}
