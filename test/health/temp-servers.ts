import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { freePort } from "../fixtures/free-port.ts";

/** A real server in a folder of its own, on a Unix socket, and by TLS on loopback. */
export interface TempServer extends AsyncDisposable {
  /** The folder the socket is in. */
  readonly folder: string;
  /** Port of 127.0.0.1 that speaks TLS, with a certificate for `localhost` in the file `cert.pem` of the folder. */
  readonly tlsPort: number;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** To every process of the server: SIGSTOP freezes it, SIGCONT lets it go on. */
  signal(signal: "SIGSTOP" | "SIGCONT"): void;
}

const POSTGRES_HOME = "/usr/lib/postgresql";

const postgresFolder = newestPostgres();
const redisProgram = onPath("redis-server");
const opensslProgram = onPath("openssl");

/** The Debian packages a person has to install before these can run; none where all is there. */
export const missingForPostgres: readonly string[] = missing({ postgresql: postgresFolder, openssl: opensslProgram });
export const missingForRedis: readonly string[] = missing({ "redis-server": redisProgram, openssl: opensslProgram });

function missing(programs: Readonly<Record<string, string | undefined>>): string[] {
  return Object.keys(programs).filter((debianPackage) => programs[debianPackage] === undefined);
}

/** A new database cluster, whose user `app` must give a password. */
export async function tempPostgres(password: string): Promise<TempServer> {
  const folder = socketFolder();
  const bin = (program: string) => join(postgresFolder ?? "", program);
  const data = join(folder, "data");
  // Nobody else can look into the folder.
  const passwordFile = join(folder, "password");
  writeFileSync(passwordFile, `${password}\n`);
  const options = ["-D", data, "-U", "app", "-A", "scram-sha-256", "-N", `--pwfile=${passwordFile}`];
  const initdb = unprivileged(bin("initdb"), options);
  execFileSync(initdb.program, initdb.args, { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
  const port = await freePort();
  const { cert, key } = certificate(folder);
  const settings = [
    `unix_socket_directories=${folder}`,
    "listen_addresses=127.0.0.1",
    `port=${port}`,
    "max_connections=5",
    "fsync=off",
    "ssl=on",
    `ssl_cert_file=${cert}`,
    `ssl_key_file=${key}`,
  ];
  const args = ["-D", data, ...settings.flatMap((setting) => ["-c", setting])];
  // SIGINT is PostgreSQL's fast shutdown: it does not wait for clients to leave.
  return served(folder, port, join(folder, `.s.PGSQL.${port}`), unprivileged(bin("postgres"), args), "SIGINT");
}

/** A Redis that wants a password. */
export async function tempRedis(password: string): Promise<TempServer> {
  const folder = socketFolder();
  const socket = join(folder, "redis.sock");
  const port = await freePort();
  const { cert, key } = certificate(folder);
  const tls = ["--tls-port", `${port}`, "--tls-cert-file", cert, "--tls-key-file", key, "--tls-ca-cert-file", cert];
  const secure = [...tls, "--tls-auth-clients", "no", "--requirepass", password, "--bind", "127.0.0.1"];
  const args = ["--port", "0", "--unixsocket", socket, "--dir", folder, "--save", "", ...secure];
  return served(folder, port, socket, unprivileged(redisProgram ?? "", args), "SIGTERM");
}

interface Command {
  readonly program: string;
  readonly args: readonly string[];
}

function served(
  folder: string,
  tlsPort: number,
  socket: string,
  { program, args }: Command,
  signal: NodeJS.Signals,
): TempServer {
  let child: ChildProcess | undefined;
  const stop = async () => {
    if (child === undefined) return;
    const exited = child.exitCode === null && child.signalCode === null ? once(child, "exit") : undefined;
    child.kill(signal);
    await exited;
    child = undefined;
  };
  return {
    folder,
    tlsPort,
    stop,
    signal(name) {
      const { stdout } = spawnSync("pgrep", ["-P", String(child?.pid)], { encoding: "utf8" });
      for (const pid of stdout.split("\n").filter(Boolean)) process.kill(Number(pid), name);
      child?.kill(name);
    },
    async start() {
      child = spawn(program, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
      await accepting(child, socket);
    },
    async [Symbol.asyncDispose]() {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Both servers say when they are ready, each in its own words; what counts is that the socket takes connections then. */
async function accepting(child: ChildProcess, socket: string): Promise<void> {
  let said = "";
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const hear = (words: Buffer) => {
    said += words;
    if (/ready to accept connections/i.test(said)) resolve();
  };
  child.stdout?.on("data", hear);
  child.stderr?.on("data", hear);
  child.once("error", reject).once("exit", () => reject(new Error(`it ended before it was ready:\n${said}`)));
  await promise;
  const probe = connect(socket);
  await once(probe, "connect");
  probe.destroy();
}

/** PostgreSQL refuses to run as root. */
function unprivileged(program: string, args: readonly string[]): Command {
  if (process.getuid?.() !== 0) return { program, args };
  return { program: "setpriv", args: ["--reuid=nobody", "--regid=nogroup", "--clear-groups", "--", program, ...args] };
}

function certificate(folder: string): { cert: string; key: string } {
  const cert = join(folder, "cert.pem");
  const key = join(folder, "key.pem");
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-days", "1"];
  const kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const openssl = unprivileged("openssl", ["req", ...kind, ...subject, "-keyout", key, "-out", cert]);
  execFileSync(openssl.program, openssl.args, { cwd: folder, stdio: "ignore" });
  return { cert, key };
}

/** Paths of sockets must be short, so the folder lies directly in the one for temporary files. */
function socketFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "mo-"));
  if (process.getuid?.() === 0) execFileSync("chown", ["nobody:nogroup", folder]);
  chmodSync(folder, 0o700);
  return folder;
}

function newestPostgres(): string | undefined {
  if (!existsSync(POSTGRES_HOME)) return undefined;
  const versions = readdirSync(POSTGRES_HOME).sort((a, b) => Number(b) - Number(a));
  const folders = versions.map((version) => join(POSTGRES_HOME, version, "bin"));
  return folders.find((folder) => existsSync(join(folder, "initdb")));
}

function onPath(program: string): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
}
