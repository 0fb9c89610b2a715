import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ENV, run } from "../sidecar/backup-house.ts";
import { type Daemon, House } from "../sidecar/house.ts";
import { Till } from "./till.ts";
import { Tower } from "./tower.ts";

/** Minutes are seconds. */
const DRILL = "60";

const SERVERS = { forecast: { command: "forecast" }, notes: { command: "notes" } };
const PRICES = { currency: "EUR", versions: [{ name: "made-up", prices: { call: "0.01" } }] };

/** A machine of which much is going to break: two tills, a client's config that is backed up, a budget; and the tower that watches its sidecar. */
export class Town implements AsyncDisposable {
  readonly #rest: AsyncDisposableStack;
  readonly #house: House;
  readonly #daemon: Daemon;
  readonly till: Till;
  readonly kiosk: Till;
  readonly tower: Tower;

  private constructor(
    rest: AsyncDisposableStack,
    house: House,
    daemon: Daemon,
    parts: { readonly till: Till; readonly kiosk: Till; readonly tower: Tower },
  ) {
    this.#rest = rest;
    this.#house = house;
    this.#daemon = daemon;
    this.till = parts.till;
    this.kiosk = parts.kiosk;
    this.tower = parts.tower;
  }

  static async open(): Promise<Town> {
    await using rest = new AsyncDisposableStack();
    const house = rest.use(new House());
    mkdirSync(join(house.folder, "client"));
    writeFileSync(join(house.folder, "prices.yaml"), JSON.stringify(PRICES));
    writeConfig(house, SERVERS);
    mkdirSync(join(house.folder, "papers"));
    writeFileSync(join(house.folder, "papers", "note"), "to be kept");
    const daemon = await house.daemon(config(LARGE), ENV);
    const [till, kiosk] = [rest.use(await Till.open(house, "till")), rest.use(await Till.open(house, "kiosk"))];
    const tower = rest.use(await Tower.open([new URL(daemon.probes).host], "--drill", DRILL));
    return new Town(rest.move(), house, daemon, { till, kiosk, tower });
  }

  /** As a client does that was updated: everything is still there, and one server is not. */
  loseServer(): void {
    writeConfig(this.#house, { forecast: SERVERS.forecast });
  }

  putServerBack(): void {
    writeConfig(this.#house, SERVERS);
  }

  /** As a disk does: the oldest backup of the set `papers` is not what it was, and the sidecar reads all of them again. */
  async rotBackup(): Promise<void> {
    await this.savePapers();
    await this.savePapers();
    const folder = join(this.#house.folder, "state", "mcp-ops", "backups", "papers");
    const [oldest = ""] = readdirSync(folder).filter((name) => /^\d{8}T/.test(name));
    writeFileSync(join(folder, oldest, "manifest.json"), "{}");
    const state = join(folder, "state.json");
    writeFileSync(state, JSON.stringify({ ...JSON.parse(readFileSync(state, "utf8")), verified: {} }));
    await this.savePapers();
  }

  savePapers(): Promise<void> {
    return run(this.#daemon, "papers");
  }

  /** Of the one budget. */
  async limit(size: "small" | "large"): Promise<void> {
    this.#house.write(config(size === "small" ? SMALL : LARGE));
    await this.#daemon.hangUp();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#rest.disposeAsync();
  }
}

const [SMALL, LARGE] = ["0.01", "1000000"];

function config(limit = ""): string {
  return `
admin: { token: { env: ADMIN_TOKEN } }
backup:
  sets:
    papers: { sources: [{ path: papers }], schedule: "0 0 1 1 *" }
    configs: { sources: [{ path: client/mcp.json }], schedule: "0 0 1 1 *", watch: { quietMs: 100 } }
cost:
  everyMs: 1000
  prices: prices.yaml
  budgets: { team: { period: day, limit: "${limit}" } }
`;
}

function writeConfig({ folder }: House, mcpServers: object): void {
  writeFileSync(join(folder, "client", "mcp.json"), JSON.stringify({ mcpServers }));
}
