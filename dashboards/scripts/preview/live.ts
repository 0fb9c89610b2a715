/** The demo, a proxy that follows its pair, and a Prometheus that scrapes them, with the rules of our alerts. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const ROOT = new URL("../../../", import.meta.url);
const DEMO = fileURLToPath(new URL("examples/demo/main.ts", ROOT));
const COMMAND = fileURLToPath(new URL("packages/cli/bin/mcp-ops.js", ROOT));
const RULES = fileURLToPath(new URL("alerts/rules/*.yaml", ROOT));
const CALL_EVERY_MS = 200;

export interface Live extends AsyncDisposable {
  /** Of Prometheus. */
  readonly url: string;
}

/** Starts all of them. A scrape each second, so that some minutes are enough. */
export async function startLive(): Promise<Live> {
  const stack = new AsyncDisposableStack();
  const { sidecar, folder } = await startDemo(stack);
  const nodes = await Promise.all(["a", "b"].map((node) => nodeIn(folder, node)));
  const front = await startFront(stack, nodes);
  const probes = nodes.map((node) => node.probes);
  const url = await startPrometheus(stack, { demo: [sidecar, ...probes], front: [front] });
  return { url, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** It says where its pages are, in its first lines. */
async function startDemo(stack: AsyncDisposableStack) {
  const demo = spawn(process.execPath, [DEMO, "--port", "0"], { stdio: ["ignore", "pipe", "inherit"] });
  endWith(stack, demo, "SIGINT");
  const said = new Map<string, string>();
  for await (const line of createInterface({ input: demo.stdout })) {
    const [, what = "", where = ""] = /^(\w+) +(\S+)/.exec(line) ?? [];
    said.set(what, where);
    if (said.has("sidecar") && said.has("config")) break;
  }
  demo.stdout.resume();
  return { sidecar: new URL(said.get("sidecar") ?? "").host, folder: dirname(said.get("config") ?? "") };
}

interface DemoNode {
  readonly name: string;
  readonly server: string;
  /** Listener of its sidecar, as `host:port`. */
  readonly probes: string;
}

/** As its config says. */
async function nodeIn(folder: string, name: string): Promise<DemoNode> {
  const config = await readFile(join(folder, "pair", name, "mcp-ops.yaml"), "utf8");
  const [, probes = ""] = /^probes: \{ listen: "(.+)" \}$/m.exec(config) ?? [];
  const [, server = ""] = /^ {2}server: \{ url: "(.+?)"/m.exec(config) ?? [];
  return { name, server, probes };
}

/** `mcp-ops proxy --follow`, and somebody who calls through it. Gives its ops endpoint. */
async function startFront(stack: AsyncDisposableStack, nodes: readonly DemoNode[]): Promise<string> {
  const [listen, ops] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`];
  const follow = nodes.flatMap(({ name, server, probes }) => ["--follow", `${name}=${server},http://${probes}`]);
  const args = [COMMAND, "proxy", "--name", "front", ...follow, "--listen", listen, "--ops-listen", ops];
  endWith(stack, spawn(process.execPath, args, { stdio: "ignore" }), "SIGTERM");
  const over = new AbortController();
  stack.defer(() => over.abort());
  void call(`http://${listen}/mcp`, over.signal);
  return ops;
}

/** What does not succeed is to be seen, too. */
async function call(url: string, signal: AbortSignal): Promise<void> {
  const headers = { "content-type": "application/json", accept: "application/json, text/event-stream" };
  const question = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "book", arguments: {} } };
  while (!signal.aborted) {
    const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(question), signal }).catch(
      () => undefined,
    );
    await answer?.text().catch(() => {});
    await pause(CALL_EVERY_MS, undefined, { signal }).catch(() => {});
  }
}

async function startPrometheus(stack: AsyncDisposableStack, jobs: Readonly<Record<string, readonly string[]>>) {
  const folder = await mkdtemp(join(tmpdir(), "mcp-ops-preview-"));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const config = {
    global: { scrape_interval: "1s", evaluation_interval: "5s" },
    rule_files: [RULES],
    scrape_configs: Object.entries(jobs).map(([job_name, targets]) => ({ job_name, static_configs: [{ targets }] })),
  };
  await writeFile(join(folder, "prometheus.yml"), JSON.stringify(config));
  const address = `127.0.0.1:${await freePort()}`;
  const files = [`--config.file=${folder}/prometheus.yml`, `--storage.tsdb.path=${folder}/data`];
  const options = [...files, `--web.listen-address=${address}`, "--log.level=error"];
  endWith(stack, spawn("prometheus", options, { stdio: ["ignore", "ignore", "inherit"] }), "SIGTERM");
  return `http://${address}`;
}

function endWith(stack: AsyncDisposableStack, child: ChildProcess, signal: NodeJS.Signals): void {
  const ended = once(child, "exit");
  stack.defer(async () => {
    child.kill(signal);
    await ended;
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
