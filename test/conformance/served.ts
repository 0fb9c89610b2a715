import type { Flaw } from "./planted-flaw.ts";

/** How a fixture is served: as its author wrote it, watched by the kit or through the proxy, also with our health resource, or damaged on purpose. */
export type Served = "plain" | "watched" | "watched with health" | Proxied | { flaw: Flaw };

export type Proxied = "proxied" | "proxied with health";

/** The options that make a fixture serve itself so. */
export function servedOptions(served: Served): string[] {
  if (served === "plain" || isProxied(served)) return [];
  if (served === "watched") return ["--watch"];
  return served === "watched with health" ? ["--watch", "--health"] : ["--flaw", served.flaw];
}

export function isProxied(served: Served): served is Proxied {
  return served === "proxied" || served === "proxied with health";
}
