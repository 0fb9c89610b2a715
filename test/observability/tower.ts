import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RuleFileOptions, ruleFiles } from "@mcp-ops/alerts";
import { expect, vi } from "vitest";
import { parse } from "yaml";
import { type Labels, Loopback, Prometheus } from "../fixtures/prometheus.ts";
import { openPager, type Pager, type Told } from "./pager.ts";

const PATIENCE = { timeout: 120_000, interval: 200 };
/** Long enough for the alert that explains another to be there before it. */
const QUICK = { group_wait: "4s", group_interval: "1s" };

interface Alert {
  readonly labels: Labels;
  readonly status: { readonly state: string; readonly inhibitedBy: readonly string[] };
}

/** Prometheus and Alertmanager, on the configs of `deploy/` and our rules, and what stands behind the webhooks. */
export class Tower implements AsyncDisposable {
  readonly #rest: AsyncDisposableStack;
  readonly #pager: Pager;
  readonly #alertmanager: Loopback;
  readonly #prometheus: Prometheus;

  private constructor(rest: AsyncDisposableStack, pager: Pager, alertmanager: Loopback, prometheus: Prometheus) {
    this.#rest = rest;
    this.#pager = pager;
    this.#alertmanager = alertmanager;
    this.#prometheus = prometheus;
  }

  /** @param targets as `host:port` */
  static async open(targets: readonly string[], rules: RuleFileOptions): Promise<Tower> {
    await using rest = new AsyncDisposableStack();
    const folder = mkdtempSync(join(tmpdir(), "mcp-ops-tower-"));
    rest.defer(() => rmSync(folder, { recursive: true, force: true }));
    const pager = rest.use(await openPager());
    const alertmanager = rest.use(await startAlertmanager(folder, pager));
    for (const name of ["rules", "targets"]) mkdirSync(join(folder, name));
    for (const { name, text } of ruleFiles(rules)) writeFileSync(join(folder, "rules", name), text);
    writeFileSync(join(folder, "targets", "machines.yaml"), JSON.stringify([{ targets }]));
    const prometheus = rest.use(await Prometheus.start(folder, prometheusConfig(alertmanager)));
    return new Tower(rest.move(), pager, alertmanager, prometheus);
  }

  /** Waits until a query gives something. */
  async untilSeen(query: string): Promise<void> {
    await vi.waitFor(async () => expect(await this.#prometheus.query(query)).not.toEqual([]), PATIENCE);
  }

  /** What was told of alerts that have these labels, oldest first. */
  told(labels: Labels): readonly Told[] {
    return this.#pager.told.filter((one) => isOf(one.labels, labels));
  }

  /** Waits until an alert with these labels has been told, and gives it. */
  async untilTold(status: Told["status"], labels: Labels): Promise<Told> {
    return vi.waitFor(() => {
      const found = this.told(labels).findLast((one) => one.status === status);
      if (found !== undefined) return found;
      const said = this.#pager.told.map((one) => `${one.status} ${JSON.stringify(one.labels)}`);
      throw new Error(`Nobody was told ${status} ${JSON.stringify(labels)}. Told was:\n${said.join("\n")}`);
    }, PATIENCE);
  }

  /** Waits until Alertmanager has an alert with these labels, and keeps it to itself because of another. */
  async untilInhibited(labels: Labels): Promise<void> {
    await vi.waitFor(async () => {
      const found = (await this.#alerts()).filter((one) => isOf(one.labels, labels));
      expect(found).not.toEqual([]);
      for (const { status } of found)
        expect(status).toMatchObject({ state: "suppressed", inhibitedBy: [expect.any(String)] });
    }, PATIENCE);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#rest.disposeAsync();
  }

  async #alerts(): Promise<readonly Alert[]> {
    return (await (await fetch(`${this.#alertmanager.origin}/api/v2/alerts`)).json()) as readonly Alert[];
  }
}

function isOf(labels: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([name, value]) => labels[name] === value);
}

function shipped<Config>(path: string): Config {
  return parse(readFileSync(new URL(`../../deploy/${path}`, import.meta.url), "utf8")) as Config;
}

/** The shipped one, with other addresses, and quicker. */
async function startAlertmanager(folder: string, { origin }: Pager): Promise<Loopback> {
  interface Config {
    readonly route: object;
    readonly receivers: readonly { readonly name: string }[];
  }
  const { route, receivers, ...rest } = shipped<Config>("alertmanager/alertmanager.yml");
  const webhooks = receivers.map(({ name }) => ({ name, webhook_configs: [{ url: `${origin}/${name}` }] }));
  const file = join(folder, "alertmanager.yml");
  writeFileSync(file, JSON.stringify({ ...rest, route: { ...route, ...QUICK }, receivers: webhooks }));
  const own = [`--config.file=${file}`, `--storage.path=${join(folder, "alertmanager")}`];
  return Loopback.start("prometheus-alertmanager", [...own, "--cluster.listen-address="]);
}

function prometheusConfig({ origin }: Loopback): object {
  interface Config {
    readonly global: object;
    readonly scrape_configs: readonly object[];
  }
  const { global, scrape_configs, ...rest } = shipped<Config>("prometheus/prometheus.yml");
  const each = { scrape_interval: "1s", scrape_timeout: "1s", evaluation_interval: "1s" };
  return {
    ...rest,
    global: { ...global, ...each },
    alerting: { alertmanagers: [{ static_configs: [{ targets: [new URL(origin).host] }] }] },
    // What is said of other machines comes from the files.
    scrape_configs: scrape_configs.map((job) => ({ ...job, static_configs: [] })),
  };
}
