import { OpsError } from "@mcp-ops/formats";
import { KIT_ERROR } from "./codes.ts";
import { nearest } from "./nearest.ts";

/** What an option may be: a test, and the words that finish the sentence "`name` must be …". */
export interface Expected {
  readonly fits: (value: unknown) => boolean;
  readonly words: string;
  readonly required?: true;
}

/** Throws an OpsError that tells the fix when `options` has a key it should not have, or a value of the wrong type. */
export function checkOptions(caller: string, options: unknown, expected: Readonly<Record<string, Expected>>): void {
  if (!isObject(options)) {
    throw new OpsError(KIT_ERROR.optionWrong, `The options of ${caller} must be an object, not ${describe(options)}.`);
  }
  for (const [key, value] of Object.entries(options)) {
    const rule = Object.hasOwn(expected, key) ? expected[key] : undefined;
    if (rule === undefined) throw unknownOption(caller, key, Object.keys(expected));
    if (value !== undefined && !rule.fits(value)) {
      throw new OpsError(
        KIT_ERROR.optionWrong,
        `The option \`${key}\` of ${caller} must be ${rule.words}, not ${describe(value)}.`,
      );
    }
  }
  const missing = Object.keys(expected).find((key) => expected[key]?.required && options[key] === undefined);
  if (missing !== undefined) {
    throw new OpsError(
      KIT_ERROR.optionWrong,
      `${caller} needs the option \`${missing}\`: ${expected[missing]?.words}.`,
    );
  }
}

export const text: Expected = { fits: (value) => typeof value === "string" && value !== "", words: "a text" };
export const yesOrNo: Expected = { fits: (value) => typeof value === "boolean", words: "true or false" };
export const aFunction: Expected = { fits: isFunction, words: "a function" };
export const functions: Expected = {
  fits: (value) => Array.isArray(value) && value.every(isFunction),
  words: "a list of functions",
};
export const atLeastOne: Expected = {
  fits: (value) => Number.isSafeInteger(value) && (value as number) >= 1,
  words: "a whole number from 1",
};

export function oneOf(...words: readonly string[]): Expected {
  return { fits: (value) => words.includes(value as string), words: `one of ${words.join(", ")}` };
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isFunction(value: unknown): boolean {
  return typeof value === "function";
}

function unknownOption(caller: string, key: string, valid: readonly string[]): OpsError {
  const meant = nearest(key, valid);
  const fix = meant === undefined ? `It has: ${valid.join(", ")}.` : `Did you mean \`${meant}\`?`;
  return new OpsError(KIT_ERROR.optionUnknown, `${caller} has no option \`${key}\`. ${fix}`);
}

function describe(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  return typeof value === "function" ? "a function" : JSON.stringify(value);
}
