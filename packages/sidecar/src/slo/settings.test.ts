import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, it } from "vitest";
import { loadConfig } from "../config/load.ts";
import { DUTY_PLANS } from "../duties/index.ts";
import type { SloSettings } from "./settings.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ops-slo-"));
  return () => rmSync(folder, { recursive: true });
});

function load(slo: string, env: Record<string, string> = {}): SloSettings {
  const file = join(folder, "mcp-ops.yaml");
  writeFileSync(file, `slo:\n  ${slo}\n`);
  return loadConfig({ file, env, duties: DUTY_PLANS }).config.slo as SloSettings;
}

const objective = (text: string) => `objectives: { a: ${text} }`;

it("takes an objective of each kind, from the file and from a variable", () => {
  const { objectives } = load(objective("{ server: s, kind: errors, objective: 0.99, outcomes: { lost: ignored } }"), {
    MCP_OPS_SLO__OBJECTIVES: "{ b: { server: s, kind: latency, objective: 0.99, thresholdMs: 350 } }",
  });
  expect(objectives).toEqual({
    a: { server: "s", kind: "errors", objective: 0.99, window: "30d", outcomes: { lost: "ignored" } },
    b: { server: "s", kind: "latency", objective: 0.99, thresholdMs: 350, window: "30d" },
  });
});

it.each([
  [
    "{ server: s, kind: errors, objective: 99.9 }",
    "slo.objectives.a must make sense. The objective a: objective is 99.9. It is a share: 99.9 % is 0.999.",
  ],
  ["{ server: s, kind: latency, objective: 0.99, thresholdMs: 355 }", "Use 350 or 360."],
  [
    "{ server: s, kind: latency, objective: 0.99 }",
    "a latency objective needs thresholdMs, the longest a good call takes.",
  ],
  ["{ server: s, kind: errors, objective: 0.99, thresholdMs: 1 }", "thresholdMs is for latency, and this is errors."],
  [
    "{ server: s, kind: errors, objectiv: 0.99 }",
    "slo.objectives.a.objectiv is no key of the config. Did you mean objective?",
  ],
  ["{ server: s, kind: quick, objective: 0.99 }", "must have a kind: availability, latency, errors"],
  ["{ server: s, objective: 0.99 }", "must have a kind: availability, latency, errors"],
  ["{ server: s, kind: errors, objective: 0.99, outcomes: { tool_eror: bad } }", "slo.objectives.a.outcomes.tool_eror"],
])("refuses %s", (text, complaint) => {
  expect(() => load(objective(text))).toThrow(complaint);
});

it("refuses probes too seldom to judge a minute", () => {
  expect(() => load("probeEveryMs: 61000")).toThrow("slo.probeEveryMs");
});
