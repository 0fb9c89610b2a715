/** The demo, and a Prometheus that scrapes it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, request } from "node:http";
import { type AddressInfo, createServer as listenAnywhere } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const DEMO = fileURLToPath(new URL("../../../examples/demo/main.ts", import.meta.url));

export interface Live extends AsyncDisposable {
  /** Of Prometheus. */
  readonly url: string;
}

/** Starts both; the demo runs for so long, with a second between scrapes. */
export async function startLive(seconds: number): Promise<Live> {
  const stack = new AsyncDisposableStack();
  const { sidecar, folder } = await startDemo(stack, seconds);
  const nodes = ["a", "b"].map((node) => bridge(stack, join(folder, "pair", node, "probes.sock")));
  const url = await startPrometheus(stack, [sidecar, ...(await Promise.all(nodes))]);
  return { url, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** It says where its pages are, in its first lines. */
async function startDemo(stack: AsyncDisposableStack, seconds: number) {
  const args = [DEMO, "--port", "0", "--for", `${seconds}s`];
  const demo = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  stack.defer(async () => {
    if (demo.exitCode === null && demo.kill("SIGINT")) await once(demo, "exit");
  });
  const said = new Map<string, string>();
  for await (const line of createInterface({ input: demo.stdout })) {
    const [, what = "", where = ""] = /^(\w+) +(\S+)/.exec(line) ?? [];
    said.set(what, where);
    if (said.has("sidecar") && said.has("config")) break;
  }
  demo.stdout.resume();
  return { sidecar: new URL(said.get("sidecar") ?? "").host, folder: dirname(said.get("config") ?? "") };
}

/** Prometheus scrapes no Unix sockets. */
async function bridge(stack: AsyncDisposableStack, socketPath: string): Promise<string> {
  const server = createServer((asked, answer) => {
    const passed = request({ socketPath, path: asked.url, headers: asked.headers }, (got) => {
      answer.writeHead(got.statusCode ?? 502, got.headers);
      got.pipe(answer);
    });
    passed.on("error", () => answer.writeHead(502).end()).end();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  stack.defer(() => void server.close().closeAllConnections());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function startPrometheus(stack: AsyncDisposableStack, targets: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "mcp-ops-preview-"));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const scrape = { job_name: "mcp-ops", static_configs: [{ targets }] };
  const config = { global: { scrape_interval: "1s" }, scrape_configs: [scrape] };
  await writeFile(join(folder, "prometheus.yml"), JSON.stringify(config));
  const address = `127.0.0.1:${await freePort()}`;
  const files = [`--config.file=${folder}/prometheus.yml`, `--storage.tsdb.path=${folder}/data`];
  const prometheus = spawn("prometheus", [...files, `--web.listen-address=${address}`, "--log.level=error"], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  stack.defer(async () => {
    if (prometheus.exitCode === null && prometheus.kill()) await once(prometheus, "exit");
  });
  return `http://${address}`;
}

async function freePort(): Promise<number> {
  const server = listenAnywhere().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
