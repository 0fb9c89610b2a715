import type { Flaw } from "./planted-flaw.ts";

/** How a fixture is served: as its author wrote it, watched by the kit, also with our health resource, or damaged on purpose. */
export type Served = "plain" | "watched" | "watched with health" | { flaw: Flaw };

/** The options that make a fixture serve itself so. */
export function servedOptions(served: Served): string[] {
  if (served === "plain") return [];
  if (served === "watched") return ["--watch"];
  return served === "watched with health" ? ["--watch", "--health"] : ["--flaw", served.flaw];
}
