import type { Flaw } from "./planted-flaw.ts";

/** How a fixture is served: as its author wrote it, watched by the kit, or damaged on purpose. */
export type Served = "plain" | "watched" | { flaw: Flaw };

/** The options that make a fixture serve itself so. */
export function servedOptions(served: Served): string[] {
  if (served === "plain") return [];
  return served === "watched" ? ["--watch"] : ["--flaw", served.flaw];
}
