import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { proxiedFixture } from "./proxied-fixture.ts";
import { isProxied, type Served } from "./served.ts";
import { type Fixture, openFixture } from "./served-fixture.ts";

/** Which scenarios of the suite to run, in the words of its command line. */
export type Selection = { suite: "active" } | { requirements: "2025-11-25" | "2026-07-28" };

export interface Check {
  scenario: string;
  id: string;
  /** Tells apart the checks that share an id within a scenario. */
  name: string;
  status: string;
}

export interface SuiteRun {
  checks: Check[];
  exitCode: number | null;
  wallMs: number;
}

const suiteCommand = fileURLToPath(import.meta.resolve("@modelcontextprotocol/conformance/dist/index.js"));

/** Starts a fixture, lets the official suite loose on it, and gives back every check in a fixed order. */
export async function runSuite(fixture: Fixture, served: Served, selection: Selection): Promise<SuiteRun> {
  const startedMs = performance.now();
  const folder = await mkdtemp(join(tmpdir(), "mcp-conformance-"));
  try {
    const own = await openFixture(fixture, served);
    await using server = isProxied(served) ? await proxiedFixture(own, served) : own;
    const options = Object.entries(selection).flatMap(([option, value]) => [`--${option}`, value]);
    const exitCode = await suiteAgainst(server.url, folder, options);
    return { checks: await readChecks(folder), exitCode, wallMs: performance.now() - startedMs };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function suiteAgainst(url: string, folder: string, options: string[]): Promise<number | null> {
  const args = [suiteCommand, "server", "--url", url, "--output-dir", folder, ...options];
  const child = spawn(process.execPath, args, { cwd: folder, stdio: "ignore" });
  const [exitCode] = (await once(child, "exit")) as [number | null];
  return exitCode;
}

async function readChecks(folder: string): Promise<Check[]> {
  const scenarios = await Promise.all((await readdir(folder)).map((name) => readScenario(folder, name)));
  return scenarios.flat().sort((a, b) => compareText(describe(a), describe(b)));
}

/** A scenario that could not be run at all leaves a folder with nothing in it. */
async function readScenario(folder: string, name: string): Promise<Check[]> {
  const scenario = name.replace(/^server-/, "").replace(/-\d{4}-\d\d-\d\dT[\d-]+Z$/, "");
  const json = await readFile(join(folder, name, "checks.json"), "utf8").catch(() => undefined);
  if (json === undefined) return [{ scenario, id: scenario, name: "DidNotRun", status: "FAILURE" }];
  const checks = JSON.parse(json) as Check[];
  return checks.map(({ id, name, status }) => ({ scenario, id, name, status }));
}

function describe({ scenario, id, name, status }: Check): string {
  return [scenario, id, name, status].join("\n");
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
