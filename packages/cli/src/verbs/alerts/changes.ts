import { THRESHOLDS, type ThresholdName, type ThresholdRow, type Thresholds } from "@mcp-ops/alerts";
import { nearest } from "@mcp-ops/kit";
import { InvalidArgumentError } from "commander";
import { usageError } from "../../complaint.ts";

const NAMES = Object.keys(THRESHOLDS);
/** Then a day lasts fourteen minutes. */
const MAX_TIMES = 100;
const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** Thresholds out of `name=value` as somebody typed it. */
export function changesOf(typed: readonly string[]): Partial<Thresholds> {
  return Object.fromEntries(typed.map(changeOf));
}

function changeOf(typed: string): readonly [ThresholdName, number] {
  const [name = "", ...rest] = typed.split("=");
  if (!isThreshold(name)) throw unknown(name);
  return [name, numberOf(rest.join("="), name)];
}

function isThreshold(name: string): name is ThresholdName {
  return NAMES.includes(name);
}

function unknown(name: string): Error {
  const meant = nearest(name, NAMES);
  const hint = meant === undefined ? "" : ` Did you mean ${meant}?`;
  return usageError(`There is no threshold "${name}".${hint} There are: ${NAMES.join(", ")}.`);
}

function numberOf(typed: string, name: ThresholdName): number {
  const { unit, default: usual } = THRESHOLDS[name];
  const value = Number(typed);
  if (typed.trim() !== "" && Number.isFinite(value) && isPossible(value, unit)) return value;
  const wanted = unit === "ratio" ? "a number from 0 to 1" : `a number of ${unit}, 0 or more`;
  throw usageError(`${name} is "${typed}", and has to be ${wanted}. Write it as --set ${name}=${usual}.`);
}

function isPossible(value: number, unit: ThresholdRow["unit"]): boolean {
  return value >= 0 && (unit !== "ratio" || value <= 1);
}

/** The labels that every sum keeps: `job`, and those that somebody typed. */
export function labelsOf(typed: readonly string[]): readonly string[] {
  const wrong = typed.find((label) => !LABEL.test(label));
  if (wrong === undefined) return [...new Set(["job", ...typed])];
  throw usageError(`"${wrong}" cannot be the name of a label. Letters, digits and _ can, and no digit first.`);
}

/** How many times sooner everything happens in a drill. */
export function timesOf(typed: string): number {
  const times = Number(typed);
  if (typed.trim() !== "" && times >= 1 && times <= MAX_TIMES) return times;
  throw new InvalidArgumentError(`Give a number from 1 to ${MAX_TIMES}: with 60, minutes are seconds.`);
}
