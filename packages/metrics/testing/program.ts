import { spawnSync } from "node:child_process";

/** Debian packages of what suites start. */
const PACKAGES = {
  prometheus: "prometheus",
  promtool: "prometheus",
  "prometheus-alertmanager": "prometheus-alertmanager",
  amtool: "prometheus-alertmanager",
} as const;

/** A program of a Debian package that a suite starts, or says in one line that it is missing. */
export function program(name: keyof typeof PACKAGES): { readonly name: string; readonly missing: boolean } {
  const missing = spawnSync(name, ["--version"]).error !== undefined;
  if (missing)
    console.log(`${name} is missing, so its tests are skipped. Install the Debian package ${PACKAGES[name]}.`);
  return { name, missing };
}
