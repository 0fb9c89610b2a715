import { execFileSync } from "node:child_process";
import { chownSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isOnPath, type Network } from "./network.ts";
import type { Program } from "./process.ts";

export type EngineName = "embedded" | "etcd" | "postgres";

/** What a run needs of the store that keeps the lease. */
export interface Engine {
  readonly name: EngineName;
  /** One for each process of the store. */
  readonly hosts: readonly string[];
  /** Shortest lease with which it can be tested on a busy machine. */
  readonly ttlMs: number;
  /** Why it cannot run here. */
  readonly missing: () => string | undefined;
  readonly programs: (place: Place) => readonly Program[];
  /** The line `store` of an agent's config. */
  readonly store: (place: Place, node: string) => string;
}

export interface Place {
  readonly network: Network;
  readonly folder: string;
  readonly command: string;
  readonly env: Readonly<Record<string, string>>;
}

export const TOKEN_OF = (node: string): string => `the-token-of-${node}-at-the-arbiter`;
const ARBITER_PORT = 9467;
const POSTGRES_PORT = 5432;
const POSTGRES_PARENT = "/usr/lib/postgresql";

const embedded: Engine = {
  name: "embedded",
  hosts: ["s1"],
  ttlMs: 2_000,
  missing: () => undefined,
  programs({ network, folder, command, env }) {
    const nodes = ["a", "b"].map((node) => `${node}: { env: TOKEN_OF_${node.toUpperCase()} }`);
    const config = join(folder, "arbiter.yaml");
    const listen = `${network.addressOf("s1")}:${ARBITER_PORT}`;
    writeFileSync(config, `arbiter: { listen: "${listen}", nodes: { ${nodes.join(", ")} } }\n`);
    const tokens = { TOKEN_OF_A: TOKEN_OF("a"), TOKEN_OF_B: TOKEN_OF("b"), XDG_STATE_HOME: join(folder, "arbiter") };
    const listeners = { MCP_OPS_PROBES__LISTEN: "127.0.0.1:0", MCP_OPS_ADMIN__LISTEN: "127.0.0.1:0" };
    const args = [command, "sidecar", "--json", "--config", config];
    const whole = { ...env, ...tokens, ...listeners };
    return [{ name: "s1", host: "s1", program: process.execPath, args, env: whole, says: true }];
  },
  store: ({ network }) =>
    `{ kind: embedded, url: "http://${network.addressOf("s1")}:${ARBITER_PORT}", token: { env: ARBITER_TOKEN } }`,
};

const etcd: Engine = {
  name: "etcd",
  hosts: ["s1", "s2", "s3"],
  ttlMs: 3_000,
  missing: () => (isOnPath("etcd") ? undefined : "needs the Debian package etcd-server"),
  programs({ network, folder, env }) {
    const peerOf = (host: string) => `http://${network.addressOf(host)}:2380`;
    const cluster = etcd.hosts.map((host) => `${host}=${peerOf(host)}`).join(",");
    return etcd.hosts.map((host) => {
      const client = `http://${network.addressOf(host)}:2379`;
      const addresses = {
        "listen-client-urls": client,
        "advertise-client-urls": client,
        "listen-peer-urls": peerOf(host),
        "initial-advertise-peer-urls": peerOf(host),
      };
      const own = { name: host, "data-dir": join(folder, host), "initial-cluster": cluster, "log-level": "error" };
      const args = Object.entries({ ...own, ...addresses }).flatMap(([name, value]) => [`--${name}`, value]);
      return { name: host, host, program: "etcd", args, env, says: false };
    });
  },
  store({ network }) {
    const urls = etcd.hosts.map((host) => `"http://${network.addressOf(host)}:2379"`);
    return `{ kind: etcd, urls: [${urls.join(", ")}] }`;
  },
};

const postgres: Engine = {
  name: "postgres",
  hosts: ["s1"],
  ttlMs: 2_000,
  missing: () => (postgresFolder() === undefined ? "needs the Debian package postgresql" : undefined),
  programs({ network, folder, env }) {
    const bin = postgresFolder() ?? "";
    const home = join(folder, "postgres");
    mkdirSync(home);
    // PostgreSQL does not run as root.
    const [uid, gid] = ["-u", "-g"].map((which) => Number(execFileSync("id", [which, "nobody"]))) as [number, number];
    chownSync(home, uid, gid);
    const unprivileged = ["--reuid=nobody", "--regid=nogroup", "--clear-groups", "--"];
    const data = join(home, "data");
    const initdb = [join(bin, "initdb"), "-D", data, "-U", "app", "-A", "trust", "-N"];
    execFileSync("setpriv", [...unprivileged, ...initdb], { cwd: home, stdio: ["ignore", "ignore", "inherit"] });
    writeFileSync(join(data, "pg_hba.conf"), "host all all 10.77.0.0/24 trust\n");
    const settings = [`listen_addresses=${network.addressOf("s1")}`, `unix_socket_directories=${home}`];
    const more = [...settings, "max_connections=20", "restart_after_crash=off"].flatMap((one) => ["-c", one]);
    const args = [...unprivileged, join(bin, "postgres"), "-D", data, ...more];
    return [{ name: "s1", host: "s1", program: "setpriv", args, env, says: false, isPart: () => true }];
  },
  store: () => "{ kind: postgres, url: { env: POSTGRES_URL } }",
};

export const ENGINES: Readonly<Record<EngineName, Engine>> = { embedded, etcd, postgres };

export function postgresUrl(network: Network): string {
  return `postgres://app@${network.addressOf("s1")}:${POSTGRES_PORT}/postgres`;
}

function postgresFolder(): string | undefined {
  if (!existsSync(POSTGRES_PARENT)) return undefined;
  const folders = readdirSync(POSTGRES_PARENT).map((version) => join(POSTGRES_PARENT, version, "bin"));
  return folders.find((folder) => existsSync(join(folder, "initdb")));
}
