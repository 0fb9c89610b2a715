/** HAProxy and nginx, as `deploy/` has them, in front of a pair. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { vi } from "vitest";
import { freePort } from "../fixtures/free-port.ts";
import { PATIENCE } from "../sidecar/house.ts";
import type { Pair } from "./pair.ts";

export interface Balancer extends AsyncDisposable {
  readonly url: string;
}

type Kind = "haproxy" | "nginx";

const ARGS: Readonly<Record<Kind, (config: string, folder: string) => readonly string[]>> = {
  haproxy: (config) => ["-db", "-q", "-f", config],
  nginx: (config, folder) => [
    "-p",
    folder,
    "-e",
    join(folder, "error.log"),
    "-c",
    config,
    "-g",
    `daemon off; pid ${join(folder, "pid")};`,
  ],
};

/** `change` is what a test does to the shipped configuration. */
export async function balancer(
  kind: Kind,
  pair: Pick<Pair, "replicas">,
  change = (shipped: string) => shipped,
): Promise<Balancer> {
  const folder = mkdtempSync(join(tmpdir(), `${kind}-`));
  const port = await freePort();
  const file = kind === "haproxy" ? "haproxy.cfg" : "nginx.conf";
  const shipped = readFileSync(new URL(`../../deploy/${kind}/${file}`, import.meta.url), "utf8");
  const config = join(folder, file);
  writeFileSync(config, change(placed(shipped, pair, port, folder)));
  const child = spawn(kind, ARGS[kind](config, folder), { stdio: ["ignore", "ignore", "pipe"] });
  let words = "";
  child.stderr.on("data", (piece: Buffer) => {
    words += piece.toString();
  });
  const ended = once(child, "close");
  const url = `http://127.0.0.1:${port}/`;
  await vi.waitFor(async () => {
    if (child.exitCode !== null) throw new Error(`${kind} ended: ${words}`);
    await fetch(url);
  }, PATIENCE);
  return {
    url,
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}

/** The shipped file with the addresses of this pair. */
function placed(shipped: string, pair: Pick<Pair, "replicas">, port: number, folder: string): string {
  const [a, b] = pair.replicas;
  return shipped
    .replaceAll("10.0.0.1:3000 port 9465", `127.0.0.1:${a.port} port ${a.probesPort}`)
    .replaceAll("10.0.0.2:3000 port 9465", `127.0.0.1:${b.port} port ${b.probesPort}`)
    .replaceAll("10.0.0.1:3000", `127.0.0.1:${a.port}`)
    .replaceAll("10.0.0.2:3000", `127.0.0.1:${b.port}`)
    .replaceAll("10.0.0.1:9465", `127.0.0.1:${a.probesPort}`)
    .replace("bind :8080", `bind 127.0.0.1:${port}`)
    .replace("listen 8080", `listen 127.0.0.1:${port}`)
    .replace(
      "http {\n",
      `http {\n    access_log off;\n    client_body_temp_path ${folder}/body;\n    proxy_temp_path ${folder}/proxy;\n`,
    );
}
