import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { vi } from "vitest";
import { certificate } from "./certificate.ts";
import { freePort } from "./free-port.ts";
import { killed, onPath, PATIENCE, started } from "./temp.ts";

/** The Debian packages a person has to install before these can run; none where all is there. */
export const missingForEtcd: readonly string[] = Object.entries({
  "etcd-server": "etcd",
  "etcd-client": "etcdctl",
  openssl: "openssl",
}).flatMap(([debianPackage, program]) => (onPath(program) === undefined ? [debianPackage] : []));

/** A member of a cluster, as a process. */
export interface Member {
  readonly endpoint: string;
  readonly name: string;
  signal(signal: NodeJS.Signals): void;
  /** As it was, on its data. */
  restart(): Promise<void>;
  kill(): Promise<void>;
}

export interface TempEtcd extends AsyncDisposable {
  readonly folder: string;
  readonly members: readonly Member[];
  /** Runs etcdctl on the first member. */
  ctl(...args: string[]): string;
}

/** A real etcd of so many members, each with its data in a folder of its own. */
export async function tempEtcd(members = 1, options: { readonly kind?: "tls" | "jwt" } = {}): Promise<TempEtcd> {
  const folder = mkdtempSync(join(tmpdir(), "mcp-ops-etcd-"));
  const { flags, scheme, ctlFlags } = KINDS[options.kind ?? "plain"](folder);
  const ports = await Promise.all(
    Array.from({ length: members }, async () => [await freePort(), await freePort()] as const),
  );
  const cluster = ports.map(([, peer], n) => `m${n}=http://127.0.0.1:${peer}`).join(",");
  const ctl = (...args: string[]) => execFileSync("etcdctl", [...ctlFlags, ...UNHURRIED, ...args], CTL);
  const all = ports.map(([client, peer], n) => {
    const endpoint = `${scheme}://127.0.0.1:${client}`;
    const urls = ["--listen-client-urls", endpoint, "--advertise-client-urls", endpoint];
    const peers = [
      "--listen-peer-urls",
      `http://127.0.0.1:${peer}`,
      "--initial-advertise-peer-urls",
      `http://127.0.0.1:${peer}`,
    ];
    const own = ["--name", `m${n}`, "--data-dir", join(folder, `m${n}`), "--initial-cluster", cluster];
    const isUp = () => ctl("--endpoints", endpoint, "endpoint", "health");
    return member(`m${n}`, endpoint, [...own, ...urls, ...peers, ...flags], isUp);
  });
  const [first] = all;
  const etcd: TempEtcd = {
    folder,
    members: all,
    ctl: (...args) => ctl("--endpoints", first?.endpoint ?? "", ...args),
    async [Symbol.asyncDispose]() {
      await Promise.all(all.map((one) => one.kill()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await vi.waitFor(() => etcd.ctl("endpoint", "health"), PATIENCE);
  return etcd;
}

/** It gives up after 5 s by itself, which a busy machine may take. */
const UNHURRIED = ["--dial-timeout=60s", "--command-timeout=60s"];
const CTL = {
  encoding: "utf8" as const,
  stdio: ["ignore" as const, "pipe" as const, "ignore" as const],
  env: { ...process.env, ETCDCTL_API: "3" },
};
const PLAIN = { flags: [] as string[], scheme: "http", ctlFlags: [] as string[] };
const KINDS = { plain: () => PLAIN, tls: secured, jwt: signing };

/** Its tokens are signed, and know how often users and roles had been changed when they were given. */
function signing(folder: string): typeof PLAIN {
  const [key, pub] = [join(folder, "jwt.key"), join(folder, "jwt.pub")];
  execFileSync("openssl", ["genrsa", "-out", key, "2048"], { stdio: "ignore" });
  execFileSync("openssl", ["rsa", "-in", key, "-pubout", "-out", pub], { stdio: "ignore" });
  return { ...PLAIN, flags: ["--auth-token", `jwt,pub-key=${pub},priv-key=${key},sign-method=RS256,ttl=10m`] };
}

function secured(folder: string): typeof PLAIN {
  const server = certificate(folder, "server").files;
  const client = certificate(folder, "client").files;
  // The gateway is a client of its own member, and shows it the server's certificate.
  const trusted = join(folder, "trusted.pem");
  writeFileSync(trusted, [server.cert, client.cert].map((file) => readFileSync(file, "utf8")).join(""));
  const trust = ["--trusted-ca-file", trusted, "--client-cert-auth"];
  return {
    flags: ["--cert-file", server.cert, "--key-file", server.key, ...trust],
    scheme: "https",
    ctlFlags: ["--cacert", server.cert, "--cert", client.cert, "--key", client.key],
  };
}

function member(name: string, endpoint: string, args: readonly string[], isUp: () => unknown): Member {
  let child = started("etcd", args);
  return {
    endpoint,
    name,
    signal: (signal) => void child.kill(signal),
    kill: () => killed(child),
    async restart() {
      await killed(child);
      child = started("etcd", args);
      await vi.waitFor(isUp, PATIENCE);
    },
  };
}
