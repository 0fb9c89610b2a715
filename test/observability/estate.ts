import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Prometheus } from "../fixtures/prometheus.ts";
import { startAhead } from "./ahead.ts";
import { CarelessGroup } from "./careless-group.ts";
import { startDemo } from "./demo.ts";
import { Front } from "./front.ts";

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
    const ahead = rest.use(await startAhead());
    const careless = rest.use(await CarelessGroup.open());
    // Its story begins at once.
    const demo = rest.use(await startDemo());
    const folder = mkdtempSync(join(tmpdir(), "mcp-ops-estate-"));
    rest.defer(() => rmSync(folder, { recursive: true, force: true }));
    const front = rest.use(await Front.open(demo.nodes));
    const nodes = demo.nodes.map(({ probes }) => probes);
    const config = configFor({
      demo: [demo.probes, ...nodes],
      front: [front.ops],
      other: [...careless.probes, ahead.probes],
    });
    const prometheus = rest.use(await Prometheus.start(folder, config));
    return new Estate(rest.move(), prometheus);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#rest.disposeAsync();
  }
}

function configFor(jobs: Readonly<Record<string, readonly string[]>>): object {
  return {
    global: { scrape_interval: "1s", scrape_timeout: "1s", evaluation_interval: "1s" },
    rule_files: [RULES],
    scrape_configs: Object.entries(jobs).map(([job_name, targets]) => ({ job_name, static_configs: [{ targets }] })),
  };
}
