import { type Check, type CheckOptions, check } from "../check.ts";

export interface ToolsCheckOptions extends CheckOptions {
  /** Names of the tools that must be there. */
  readonly expected: readonly string[];
  /** Gives the tools that are listed, by name or as `tools/list` has them. */
  readonly list: (signal: AbortSignal) => Listed | Promise<Listed>;
}

type Listed = Iterable<string | { readonly name: string }>;

/** More names than this in a message help nobody. */
const MAX_NAMED = 5;

/** Whether the tools that clients count on are listed: a server that has lost some still answers, and helps nobody. */
export function toolsCheck(options: ToolsCheckOptions): Check {
  const { expected, list } = options;
  return check(options, {
    name: "tools",
    async run(signal) {
      const listed = new Set<string>();
      for (const tool of await list(signal)) listed.add(typeof tool === "string" ? tool : tool.name);
      const missing = expected.filter((name) => !listed.has(name));
      if (missing.length === 0) return { ok: true };
      const more = missing.length > MAX_NAMED ? ` and ${missing.length - MAX_NAMED} more` : "";
      return { ok: false, message: `not listed: ${missing.slice(0, MAX_NAMED).join(", ")}${more}` };
    },
  });
}
