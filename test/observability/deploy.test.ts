/** The examples under `deploy/`, as their own programs read them. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isAlert, ruleFiles, ruleGroups } from "@mcp-ops/alerts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { mcpOps } from "../cli/command.ts";
import { program } from "../fixtures/prometheus.ts";

const DEPLOY = fileURLToPath(new URL("../../deploy", import.meta.url));
const ALERTMANAGER = join(DEPLOY, "alertmanager", "alertmanager.yml");
const RECEIVERS = { critical: "pager", warning: "tickets", info: "info" } as const;
const promtool = program("promtool");
const amtool = program("amtool");

const alerts = ruleGroups().flatMap(({ rules }) => rules.filter(isAlert));
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mcp-ops-deploy-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function run(name: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(name, args, { encoding: "utf8" });
  expect(`${status} ${stdout}${stderr}`).toMatch(/^0 /);
  return stdout;
}

test.skipIf(promtool.missing)("promtool takes the config of Prometheus, with our rules and its targets", () => {
  cpSync(join(DEPLOY, "prometheus"), folder, { recursive: true });
  mkdirSync(join(folder, "rules"));
  for (const { name, text } of ruleFiles()) writeFileSync(join(folder, "rules", name), text);
  const said = run(promtool.name, "check", "config", join(folder, "prometheus.yml"));
  expect(said).toContain(`SUCCESS: ${ruleFiles().length} rule files found`);
});

test("the command makes a file of targets from the config of a sidecar", async () => {
  const config = join(folder, "mcp-ops.yaml");
  writeFileSync(config, 'probes: { listen: "0.0.0.0:9465" }');
  const ask = (...flags: readonly string[]) => mcpOps(["config", "targets", "--config", config, ...flags]);
  const { stdout } = await ask("--host", "10.0.0.1");
  expect(JSON.parse(stdout)).toEqual([{ targets: ["10.0.0.1:9465"] }]);
  expect(JSON.parse((await ask()).stdout)).toEqual([{ targets: [`${hostname()}:9465`] }]);
  writeFileSync(config, "probes: { listen: /run/probes.sock }");
  expect(await ask()).toMatchObject({ code: 2, stderr: expect.stringContaining("no Prometheus can ask") });
  if (promtool.missing) return;
  writeFileSync(join(folder, "machine.json"), stdout);
  run(promtool.name, "check", "config", prometheusOf(folder));
});

/** Finds its targets beside it. */
function prometheusOf(folder: string): string {
  const file = join(folder, "prometheus.yml");
  const job = { job_name: "mcp-ops", file_sd_configs: [{ files: ["*.json"] }] };
  writeFileSync(file, JSON.stringify({ scrape_configs: [job] }));
  return file;
}

describe.skipIf(amtool.missing)("the config of Alertmanager", () => {
  test("is taken by amtool", () => {
    expect(run(amtool.name, "check-config", ALERTMANAGER)).toContain("SUCCESS");
  });

  test.each(Object.entries(RECEIVERS))("sends what is %s to the receiver %s", (severity, receiver) => {
    const labels = [`severity=${severity}`, "alertname=McpAnything", "job=mcp-ops", "server=shop"];
    const said = run(amtool.name, "config", "routes", "test", `--config.file=${ALERTMANAGER}`, ...labels);
    expect(said.trim()).toBe(receiver);
  });
});

test("every severity of an alert has a receiver of its own", () => {
  expect(alerts.filter(({ severity }) => !(severity in RECEIVERS))).toEqual([]);
});

test("every alert that silences another, or is silenced, is one of ours", () => {
  interface Rule {
    readonly source_matchers: readonly string[];
    readonly target_matchers: readonly string[];
  }
  const { inhibit_rules } = parse(readFileSync(ALERTMANAGER, "utf8")) as { inhibit_rules: readonly Rule[] };
  const patterns = inhibit_rules.flatMap(({ source_matchers, target_matchers }) =>
    [...source_matchers, ...target_matchers].map((matcher) => /^alertname =~? "(.+)"$/.exec(matcher)?.[1] ?? ""),
  );
  expect(patterns.flatMap(namesIn).filter((name) => !alerts.some(({ alert }) => alert === name))).toEqual([]);
});

/** `a(b|c)|d` is ab, ac and d. */
function namesIn(pattern: string): readonly string[] {
  return [...pattern.matchAll(/(\w+)(?:\(([\w|]+)\))?/g)].flatMap(([, stem = "", endings]) =>
    endings === undefined ? [stem] : endings.split("|").map((ending) => stem + ending),
  );
}

test("Grafana is told where its data and its dashboards are", () => {
  const read = (path: string) => parse(readFileSync(join(DEPLOY, "grafana", "provisioning", path), "utf8")) as unknown;
  expect(read("datasources/prometheus.yaml")).toMatchObject({
    apiVersion: 1,
    datasources: [{ type: "prometheus", access: "proxy", url: expect.stringMatching(/^http/) }],
  });
  expect(read("dashboards/mcp-ops.yaml")).toMatchObject({
    apiVersion: 1,
    providers: [{ type: "file", allowUiUpdates: false, options: { path: expect.stringMatching(/^\//) } }],
  });
});
