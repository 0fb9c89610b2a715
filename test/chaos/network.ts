import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

const PREFIX = "mcpops";
const HUB = "hub";
let networks = 0;

/** Hosts of a run: a network namespace each, joined by a bridge in one of their own, so that nothing of the machine's network is touched. */
export class Network implements Disposable {
  readonly #name = `${PREFIX}-${process.pid}-${networks++}`;
  readonly #hosts: readonly string[];
  readonly #cuts = new Set<string>();

  constructor(hosts: readonly string[]) {
    this.#hosts = hosts;
    sweep();
    try {
      this.#open();
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  addressOf(host: string): string {
    return `10.77.0.${this.#hosts.indexOf(host) + 1}`;
  }

  /** The command that runs in a host; its process is the program itself. */
  within(host: string, program: string, args: readonly string[]): readonly [string, string[]] {
    return ["ip", ["netns", "exec", this.#space(host), program, ...args]];
  }

  /** Nothing passes between the two any more, in connections that are open neither. */
  cut(one: string, other: string): void {
    this.#cuts.add([one, other].sort().join());
    for (const [from, to] of [
      [one, other],
      [other, one],
    ] as const)
      ip("-n", this.#space(from), "route", "replace", "blackhole", `${this.addressOf(to)}/32`);
  }

  mend(): void {
    for (const cut of this.#cuts) {
      const [one = "", other = ""] = cut.split(",");
      ip("-n", this.#space(one), "route", "del", "blackhole", `${this.addressOf(other)}/32`);
      ip("-n", this.#space(other), "route", "del", "blackhole", `${this.addressOf(one)}/32`);
    }
    this.#cuts.clear();
  }

  /** Only when all processes in it have ended. */
  [Symbol.dispose](): void {
    const spaces = new Set(namespaces());
    for (const host of [...this.#hosts, HUB]) if (spaces.has(this.#space(host))) remove(this.#space(host));
  }

  #space(host: string): string {
    return `${this.#name}-${host}`;
  }

  #open(): void {
    const hub = this.#space(HUB);
    ip("netns", "add", hub);
    ip("-n", hub, "link", "add", "br0", "type", "bridge");
    ip("-n", hub, "link", "set", "br0", "up");
    for (const host of this.#hosts) {
      const space = this.#space(host);
      ip("netns", "add", space);
      ip("-n", hub, "link", "add", `to-${host}`, "type", "veth", "peer", "name", "eth0", "netns", space);
      ip("-n", hub, "link", "set", `to-${host}`, "master", "br0", "up");
      ip("-n", space, "link", "set", "lo", "up");
      ip("-n", space, "link", "set", "eth0", "up");
      ip("-n", space, "addr", "add", `${this.addressOf(host)}/24`, "dev", "eth0");
    }
  }
}

/** Why there can be no network here; undefined where there can. */
export function noNetwork(): string | undefined {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return "needs Linux and root";
  if (!isOnPath("ip")) return "needs the Debian package iproute2";
  try {
    new Network(["probe"])[Symbol.dispose]();
    return undefined;
  } catch {
    return "needs the right to make network namespaces";
  }
}

export function isOnPath(program: string): boolean {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin"];
  return folders.some((folder) => existsSync(join(folder, program)));
}

function ip(...args: readonly string[]): string {
  return execFileSync("ip", args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

function namespaces(): readonly string[] {
  return ip("netns", "list")
    .split("\n")
    .map((line) => line.split(" ")[0] ?? "")
    .filter((name) => name.startsWith(`${PREFIX}-`));
}

/** What a run left that was killed itself. */
function sweep(): void {
  for (const space of namespaces()) {
    const pid = Number(space.split("-")[1]);
    if (!existsSync(`/proc/${pid}`)) remove(space);
  }
}

function remove(space: string): void {
  const pids = ip("netns", "pids", space).split("\n").filter(Boolean);
  for (const pid of pids) {
    try {
      process.kill(Number(pid), "SIGKILL");
    } catch {
      // It has ended meanwhile.
    }
  }
  ip("netns", "del", space);
}
