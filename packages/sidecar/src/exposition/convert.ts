import type { Family, Format } from "./family.ts";
import { UNTYPED } from "./family.ts";

/** The family as the other format has it; several where that has no such type. */
export function convert(family: Family, from: Format, to: Format): readonly Family[] {
  if (from === to) return [family];
  return to === "openMetrics" ? [toOpenMetrics(family)] : toClassic(family);
}

/** A counter not named `_total` cannot be one in OpenMetrics; renaming it would split its series, so it loses its type instead. */
function toOpenMetrics(family: Family): Family {
  const { name, type, help } = family;
  const written = help === undefined ? {} : { help: help.replace(/\\.|"/g, (part) => (part === '"' ? '\\"' : part)) };
  if (type === "counter" && name.endsWith("_total"))
    return { ...family, ...written, name: name.slice(0, -"_total".length) };
  return { ...family, ...written, type: type === "counter" || type === "untyped" ? UNTYPED.openMetrics : type };
}

/** What only OpenMetrics has (states, creation times) is told as plainly as the classic format can. */
function toClassic({ name, type, help, samples: all }: Family): readonly Family[] {
  const samples = all.filter((sample) => !sample.name.endsWith("_created"));
  const written = help === undefined ? {} : { help: help.replace(/\\./g, (part) => (part === '\\"' ? '"' : part)) };
  if (type === "counter") return [{ name: `${name}_total`, type, ...written, samples }];
  if (type === "info") return [{ name: `${name}_info`, type: "gauge", ...written, samples }];
  if (type === "stateset") return [{ name, type: "gauge", ...written, samples }];
  if (type !== "gaugehistogram")
    return [{ name, type: type === "unknown" ? UNTYPED.classic : type, ...written, samples }];
  return ["_bucket", "_gsum", "_gcount"].map((suffix) => ({
    name: name + suffix,
    type: UNTYPED.classic,
    samples: samples.filter((sample) => sample.name === name + suffix),
  }));
}
