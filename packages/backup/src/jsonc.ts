import { type ParseError, parse, printParseErrorCode } from "jsonc-parser";

/** What a text says, or why it cannot be read. */
export type Jsonc = { readonly value: unknown } | { readonly reason: string };

/** Reads JSON, also with comments and trailing commas. The reason quotes nothing of the text, which holds secrets. */
export function readJsonc(text: string): Jsonc {
  const errors: ParseError[] = [];
  try {
    const value: unknown = parse(text, errors, { allowTrailingComma: true });
    const [first] = errors;
    if (first === undefined) return { value };
    const line = text.slice(0, first.offset).split("\n").length;
    return { reason: `${printParseErrorCode(first.error)} in line ${line}` };
  } catch {
    // The parser calls itself for each level.
    return { reason: "it is nested too deeply" };
  }
}
