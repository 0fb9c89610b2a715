import { resolve } from "node:path";
import { setImmediate } from "node:timers/promises";
import {
  type Allocation,
  cgroupAt,
  cgroupOf,
  KERNEL,
  type Ledger,
  limitsOf,
  look,
  MACHINE,
  reserve,
  step,
  storageOf,
  type Watched,
} from "@mcp-ops/cost";
import type { Registration } from "@mcp-ops/formats";
import type { CostServerSettings, CostSettings } from "./settings.ts";

/** Under this name the sidecar books what it takes itself. */
const SIDECAR = "mcp-ops-sidecar";
const MIB = 1024 * 1024;
/** Walking through folders takes the disk's time. */
const FOLDERS_EVERY_MS = 600_000;

/** Looks at what the servers have taken, and books it. */
export class Sampler {
  readonly #settings: CostSettings;
  readonly #base: string;
  readonly #sizes: Map<string, number | undefined> = new Map();
  #measuredAt: number = Number.NEGATIVE_INFINITY;

  /** @param base folder against which paths of the config are read */
  constructor(settings: CostSettings, base: string) {
    this.#settings = settings;
    this.#base = base;
  }

  /** One look. Rejects when it could not be booked; then the next one makes up for it. */
  async sample(registrations: readonly Registration[], ledger: Ledger): Promise<void> {
    await this.#measureFolders();
    await catchUp(ledger);
    const watched = [...registrations.map((one) => this.#watchedOf(one)), itself()];
    const last = ledger.meter;
    const allocations = await this.#allocations(watched);
    const reading = await look(watched, last, KERNEL);
    const { state: meter, intervals } = step(last, reading, { periodMs: this.#settings.everyMs });
    const { state, interval: reserved } = reserve(ledger.reserve, reading, allocations);
    ledger.bookUsage({ meter, intervals, reserve: state, reserved });
    await catchUp(ledger);
  }

  #watchedOf({ server, bootId, pid, startedAt }: Registration): Watched {
    const { cgroup } = this.#settings.servers[server] ?? {};
    return {
      owner: bootId,
      server,
      pid,
      startedAt,
      cgroup: cgroup === undefined || cgroup === "own" ? cgroup : { path: cgroup },
      storageBytes: this.#sizes.get(server),
    };
  }

  async #allocations(watched: readonly Watched[]): Promise<Readonly<Record<string, Allocation>>> {
    const { servers, machine } = this.#settings;
    const named = Object.entries(servers).map(async ([server, settings]) => {
      const limits = await limitsFor(
        settings,
        watched.filter((one) => one.server === server),
      );
      return [server, { ...limits, ...givenIn(settings) }] as const;
    });
    const all = Object.fromEntries(await Promise.all(named));
    return machine === undefined ? all : { ...all, [MACHINE]: { milliCores: 0, memoryBytes: 0, ...givenIn(machine) } };
  }

  async #measureFolders(): Promise<void> {
    if (performance.now() - this.#measuredAt < FOLDERS_EVERY_MS) return;
    this.#measuredAt = performance.now();
    for (const [server, { folders }] of Object.entries(this.#settings.servers)) {
      if (folders.length === 0) continue;
      const sizes = await Promise.all(folders.map((folder) => storageOf(resolve(this.#base, folder))));
      // Of a folder that cannot be measured nothing is known, and so of the sum.
      this.#sizes.set(
        server,
        sizes.includes(undefined) ? undefined : sizes.reduce<number>((sum, size = 0) => sum + size, 0),
      );
    }
  }
}

/** After a long time without a look: others must have their turns, the renewal of a lease among them. */
async function catchUp(ledger: Ledger): Promise<void> {
  while (ledger.catchUp()) await setImmediate();
}

function itself(): Watched {
  const startedAt = new Date(performance.timeOrigin).toISOString();
  return { owner: `${SIDECAR} ${process.pid} ${startedAt}`, server: SIDECAR, pid: process.pid, startedAt };
}

function givenIn({ cores, memoryMiB }: Pick<CostServerSettings, "cores" | "memoryMiB">): Partial<Allocation> {
  return {
    ...(cores !== undefined && { milliCores: Math.round(cores * 1_000) }),
    ...(memoryMiB !== undefined && { memoryBytes: memoryMiB * MIB }),
  };
}

/** What the limits of its cgroups reserve: of the one that is named, or of those its processes are in. */
async function limitsFor({ cgroup }: CostServerSettings, watched: readonly Watched[]): Promise<Allocation> {
  if (cgroup === undefined) return NOTHING;
  const groups = cgroup === "own" ? watched.map(({ pid }) => cgroupOf(KERNEL, pid)) : [cgroupAt(KERNEL, cgroup)];
  const found = (await Promise.all(groups)).filter((group) => group !== undefined);
  const limits = await Promise.all(found.map(limitsOf));
  return limits.reduce(
    (sum, one) => ({ milliCores: sum.milliCores + one.milliCores, memoryBytes: sum.memoryBytes + one.memoryBytes }),
    NOTHING,
  );
}

const NOTHING: Allocation = { milliCores: 0, memoryBytes: 0 };
