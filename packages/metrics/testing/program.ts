import { spawnSync } from "node:child_process";

/** A program of the Debian package prometheus that a suite starts, or says in one line that it is missing. */
export function program(name: "prometheus" | "promtool"): { readonly name: string; readonly missing: boolean } {
  const missing = spawnSync(name, ["--version"]).error !== undefined;
  if (missing) console.log(`${name} is missing, so its tests are skipped. Install the Debian package prometheus.`);
  return { name, missing };
}
