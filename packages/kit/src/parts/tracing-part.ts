import { type Tracing, type TracingOptions, tracing } from "@mcp-ops/tracing";
import { alike } from "../alike.ts";

/** Options written inline are a new object at each call; this many different ones are recognised by what they hold. */
const MAX_RECENT = 16;

const recent: { readonly options: TracingOptions; readonly tracing: Tracing }[] = [];

/** The tracing for the option of `watch`: the same one for the same options, the one of the process without any. */
export function tracingFrom(option: false | TracingOptions | Tracing | undefined): Tracing | undefined {
  if (option === false) return undefined;
  if (option !== undefined && "observer" in option) return option;
  const options = option ?? {};
  const known = recent.find((candidate) => alike(candidate.options, options));
  if (known !== undefined) return known.tracing;
  const made = tracing(options);
  recent.unshift({ options: { ...options }, tracing: made });
  recent.length = Math.min(recent.length, MAX_RECENT);
  return made;
}
