import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ruleFiles } from "@mcp-ops/alerts";
import { expect, vi } from "vitest";
import { freePort } from "../fixtures/free-port.ts";
import { Prometheus } from "../fixtures/prometheus.ts";
import { BY_HOURS, BY_MINUTES, startAhead } from "./ahead.ts";
import { CarelessGroup } from "./careless-group.ts";
import { startDemo } from "./demo.ts";
import { Front } from "./front.ts";

const PATIENCE = { timeout: 60_000, interval: 200 };
const RULES = fileURLToPath(new URL("../../alerts/rules/*.yaml", import.meta.url));

/** The demo, and what it lacks, all of them real; and a real Prometheus that scrapes every page of it from the beginning, with our rules. */
export class Estate implements AsyncDisposable {
  readonly #rest: AsyncDisposableStack;
  readonly prometheus: Prometheus;
  /** Seconds since the epoch. */
  readonly since: number = Date.now() / 1000;

  private constructor(rest: AsyncDisposableStack, prometheus: Prometheus) {
    this.#rest = rest;
    this.prometheus = prometheus;
  }

  static async open(): Promise<Estate> {
    await using rest = new AsyncDisposableStack();
    // First of all: what it has to show takes it longest.
    const ahead = [rest.use(await startAhead(BY_HOURS)), rest.use(await startAhead(BY_MINUTES))];
    const careless = rest.use(await CarelessGroup.open());
    // Its story begins at once.
    const demo = rest.use(await startDemo());
    const folder = mkdtempSync(join(tmpdir(), "mcp-ops-estate-"));
    rest.defer(() => rmSync(folder, { recursive: true, force: true }));
    writeFileSync(join(folder, "drill.yaml"), quickAlerts());
    const front = `127.0.0.1:${await freePort()}`;
    const nodes = demo.nodes.map(({ probes }) => probes);
    const others = [...careless.probes, ...ahead.map(({ probes }) => probes)];
    const config = configFor({ demo: [demo.probes, ...nodes], front: [front], other: others });
    const prometheus = rest.use(await Prometheus.start(folder, config));
    rest.use(await Front.open(demo.nodes, front));
    const isSeen = async () => expect(await prometheus.query("mcp_ops_failover_eligible")).toHaveLength(4);
    await vi.waitFor(isSeen, PATIENCE);
    await careless.switchOverTwice();
    return new Estate(rest.move(), prometheus);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#rest.disposeAsync();
  }
}

/** Alerts that need not last a minute: what shows those that fire has something to show. */
function quickAlerts(): string {
  return ruleFiles({ drill: 60 }).find(({ name }) => name === "cost.yaml")?.text ?? "";
}

function configFor(jobs: Readonly<Record<string, readonly string[]>>): object {
  return {
    global: { scrape_interval: "1s", scrape_timeout: "1s", evaluation_interval: "1s" },
    rule_files: [RULES, "drill.yaml"],
    scrape_configs: Object.entries(jobs).map(([job_name, targets]) => ({ job_name, static_configs: [{ targets }] })),
  };
}
