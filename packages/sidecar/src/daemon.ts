import { type Condition, healthOf } from "./condition.ts";
import { type ConfigSource, type LoadedConfig, loadConfig } from "./config/load.ts";
import type { Config } from "./config/schema.ts";
import { isWide, listenOf } from "./config/sections.ts";
import { maskedConfig } from "./config/show.ts";
import { type Credentials, credentialsOf } from "./credentials.ts";
import type { DutyPlan } from "./duties/duty.ts";
import { Host } from "./duties/host.ts";
import { convert } from "./exposition/convert.ts";
import type { Family, Format } from "./exposition/family.ts";
import { merge } from "./exposition/merge.ts";
import { render } from "./exposition/render.ts";
import { Figures } from "./figures.ts";
import { LedgerShare } from "./ledger-share.ts";
import { adminApp } from "./listeners/admin.ts";
import type { DoorPlan } from "./listeners/door.ts";
import { Doors } from "./listeners/doors.ts";
import { Failures } from "./listeners/guard.ts";
import { hostJudge } from "./listeners/host-judge.ts";
import { probesApp } from "./listeners/probes.ts";
import { type Log, messageOf, openLog, Secrets } from "./log.ts";
import { adminRoutes } from "./operations.ts";
import { ownProcess } from "./own-process.ts";
import { SharedPage } from "./shared-page.ts";
import { shutdownMs, shutdownWarnings } from "./shutdown-time.ts";
import { openState, type State } from "./state/state.ts";
import { stateFile } from "./state/state-file.ts";

type Readiness = "starting" | "ready" | "stopping";

/**
 * Opens the daemon: state, listeners and duties, in this order; once it is to end it waits for no duty. Throws an OpsError when it cannot be
 * what the config says.
 */
export async function openDaemon(
  source: ConfigSource,
  secrets: Secrets = new Secrets(),
  ended: Promise<void> = new Promise(() => {}),
): Promise<Daemon> {
  const loaded = loadConfig(source);
  const credentials = credentialsOf(loaded, source.env, secrets);
  const state = openState(stateFile(loaded, source.env));
  const daemon = new Daemon(source, loaded, secrets, state);
  try {
    await daemon.open(credentials, ended);
    return daemon;
  } catch (error) {
    await daemon.close();
    throw error;
  }
}

export class Daemon {
  readonly #source: ConfigSource;
  readonly #secrets: Secrets;
  readonly #state: State;
  readonly #hosts: ReadonlyMap<string, Host>;
  readonly #figures = new Figures();
  readonly #ledger = new LedgerShare();
  readonly #page = new SharedPage(async (format) => render(await this.#metrics(format), format));
  readonly #failures = new Failures(() => performance.now());
  readonly #doors = new Doors();
  #loaded: LoadedConfig;
  #log: Log;
  #readiness: Readiness = "starting";
  #reloading: Promise<void> = Promise.resolve();

  constructor(source: ConfigSource, loaded: LoadedConfig, secrets: Secrets, state: State) {
    this.#source = source;
    this.#loaded = loaded;
    this.#secrets = secrets;
    this.#state = state;
    this.#log = openLog(loaded.config.log.level, secrets);
    this.#hosts = new Map(source.duties.map((plan) => [plan.name, this.#hostOf(plan)]));
  }

  /** Where the listeners are; undefined for one that is off. */
  get addresses(): { readonly probes: string | undefined; readonly admin: string | undefined } {
    return this.#doors.addresses;
  }

  readonly log: Log = (...line) => this.#log(...line);

  async open(credentials: Credentials, ended: Promise<void>): Promise<void> {
    const { damage } = this.#state;
    if (damage !== undefined) {
      const { found, movedTo } = damage;
      const message = `The state was damaged (${found}) and is set aside as ${movedTo}. The daemon goes on with an empty one, and is degraded until that file is gone.`;
      this.log("error", message);
    }
    await this.#setDoors(this.#loaded, credentials);
    const started = Promise.all([...this.#hosts.values()].map((host) => host.start()));
    const isStarted = await Promise.race([started.then(() => true), ended.then(() => false)]);
    if (!isStarted) return;
    if (this.#readiness === "starting") this.#readiness = "ready";
    this.log("info", "The sidecar is ready.", { ...this.addresses });
  }

  /** Reads the config again. When it cannot be used everything stays as it is, and the error says why. One reload at a time. */
  reload(): Promise<void> {
    const next = this.#reloading.catch(() => {}).then(() => this.#reload());
    this.#reloading = next;
    return next;
  }

  /** Ends the daemon; whether every duty ended within the deadline. */
  async close(): Promise<boolean> {
    this.#readiness = "stopping";
    const deadline = AbortSignal.timeout(shutdownMs(this.#loaded.config, this.#source.duties));
    await untilAborted(this.#reloading, deadline);
    await Promise.all([...this.#hosts.values()].map((host) => host.stop(deadline)));
    // A client that is cut off below is no work.
    const isClean = !deadline.aborted;
    await this.#doors.close(deadline);
    this.#state[Symbol.dispose]();
    this.log(
      isClean ? "info" : "warn",
      isClean ? "The sidecar has ended." : "The sidecar has ended, with work left undone.",
    );
    return isClean;
  }

  #hostOf(plan: DutyPlan): Host {
    const { env } = this.#source;
    const { folder, flags: configFlags } = this.#loaded;
    const section = (name: string) => this.#loaded.config[name];
    const base = { log: this.log, state: this.#state.database, ledger: this.#ledger };
    const context = { ...base, section, folder, env, configFlags };
    return new Host(plan.name, () => plan.open(this.#loaded.config[plan.name] as object), context);
  }

  async #reload(): Promise<void> {
    if (this.#readiness === "stopping") return;
    try {
      const loaded = loadConfig(this.#source);
      const credentials = credentialsOf(loaded, this.#source.env, this.#secrets);
      await this.#setDoors(loaded, credentials);
      await this.#take(loaded);
    } catch (error) {
      this.#figures.reloads.refused++;
      this.#figures.isConfigValid = false;
      this.log("error", `The config was not taken, and the old one holds. ${messageOf(error)}`);
      throw error;
    }
    this.#figures.reloads.ok++;
    this.#figures.isConfigValid = true;
    this.log("info", "The config has been read again.");
  }

  async #take(loaded: LoadedConfig): Promise<void> {
    const before = this.#loaded;
    this.#loaded = loaded;
    this.#log = openLog(loaded.config.log.level, this.#secrets);
    if (differ(before.config.state, loaded.config.state)) {
      this.log("warn", "state.file has changed: that is taken at the next start.");
    }
    const changed = this.#source.duties.filter(({ name, alsoOf = [] }) => {
      return [name, ...alsoOf].some((section) => differ(before.config[section], loaded.config[section]));
    });
    await Promise.all(changed.map(({ name }) => this.#hosts.get(name)?.restart()));
  }

  async #setDoors({ config }: LoadedConfig, credentials: Credentials): Promise<void> {
    await this.#doors.set(this.#probesPlan(config), this.#adminPlan(config, credentials));
    if (isWide(listenOf(config.admin.listen)) && credentials.tls === undefined) {
      this.log(
        "warn",
        "The admin listener is open to other machines without TLS: whoever listens on the way reads the token. Set admin.tls.",
      );
    }
    for (const warning of shutdownWarnings(config, this.#source.duties)) this.log("warn", warning);
  }

  #probesPlan({ probes }: Config): DoorPlan {
    const where = listenOf(probes.listen);
    const app = probesApp({
      readiness: () => this.#readiness,
      health: () => healthOf(this.#condition()),
      metrics: (format) => this.#page.read(format),
      pages: [...this.#hosts.values()].flatMap((host) => host.pages),
      allows: hostJudge(where, probes.hosts),
    });
    return { where, tls: undefined, app };
  }

  #adminPlan({ admin }: Config, { token, tls }: Credentials): DoorPlan {
    const where = listenOf(admin.listen);
    const app = adminApp({
      routes: adminRoutes({
        status: () => this.#status(),
        config: () => maskedConfig(this.#loaded.config),
        reload: () => this.reload(),
        hosts: this.#hosts,
      }),
      token,
      onSocket: typeof where === "object" && "socket" in where,
      asksCertificate: tls?.ca !== undefined,
      allows: hostJudge(where, admin.hosts),
      failures: this.#failures,
      refused: (reason) => {
        this.#figures.refusals[reason]++;
      },
      log: this.log,
    });
    return { where, tls, app };
  }

  #condition(): Condition {
    const duties = [...this.#hosts.values()].map((host) => host.status());
    const { isConfigValid } = this.#figures;
    return { isReady: this.#readiness === "ready", isConfigValid, duties, damagedState: this.#state.setAside() };
  }

  #status(): object {
    const condition = this.#condition();
    const { duties, damagedState } = condition;
    const { files } = this.#loaded;
    const uptimeSeconds = Math.round(process.uptime());
    return { ...healthOf(condition), uptimeSeconds, files, listeners: this.addresses, duties, damagedState };
  }

  /** What the duties show cannot overrule what the daemon says of itself, which stands first. */
  async #metrics(format: Format): Promise<readonly Family[]> {
    const ofDuties = await Promise.all([...this.#hosts.values()].map((host) => host.metrics(format)));
    // After the duties have been asked, so that the page tells of what has just failed.
    const { duties, damagedState } = this.#condition();
    const figures = this.#figures.families(duties, damagedState.length);
    const own = figures.flatMap((family) => convert(family, "classic", format));
    return merge([own, ...ofDuties, await ownProcess(format)], UNBOUNDED).families;
  }
}

/** Each duty has bounds of its own. */
const UNBOUNDED = { maxSeries: Number.POSITIVE_INFINITY, maxSeriesOfOne: Number.POSITIVE_INFINITY };

/** Whatever becomes of it, and no longer than until the deadline. */
async function untilAborted(work: Promise<void>, deadline: AbortSignal): Promise<void> {
  const { promise: aborted, resolve } = Promise.withResolvers<void>();
  deadline.addEventListener("abort", () => resolve(), { once: true });
  await Promise.race([work.catch(() => {}), aborted]);
}

function differ(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) !== JSON.stringify(b);
}
