import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "../../fixtures/free-port.ts";

/** What stands between the callers and the server; nothing, for the first. */
export interface Standing extends AsyncDisposable {
  readonly url: string;
}

const LIGHT = fileURLToPath(new URL("light-server.ts", import.meta.url));
const COMMAND = fileURLToPath(new URL("../../../packages/cli/bin/mcp-ops.js", import.meta.url));
const MCP_PROXY = fileURLToPath(import.meta.resolve("mcp-proxy")).replace(/dist.*$/, "dist/bin/mcp-proxy.mjs");
const SUPERGATEWAY = fileURLToPath(new URL("../../node_modules/supergateway/dist/index.js", import.meta.url));

export async function direct(): Promise<Standing> {
  const port = await freePort();
  return started([process.execPath, LIGHT, "http", String(port)], `http://127.0.0.1:${port}/mcp`);
}

/** nginx with one worker, as our proxy has one process. */
export async function nginx(upstream: string): Promise<Standing> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), "mcp-ops-nginx-"));
  writeFileSync(join(folder, "nginx.conf"), nginxConfig(folder, port, new URL(upstream).host));
  const standing = await started(
    ["nginx", "-p", folder, "-e", "stderr", "-c", "nginx.conf"],
    `http://127.0.0.1:${port}/mcp`,
  );
  return {
    url: standing.url,
    async [Symbol.asyncDispose]() {
      await standing[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export async function mcpOps(upstream: string): Promise<Standing> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), "mcp-ops-bench-"));
  const command = [process.execPath, COMMAND, "proxy", "--upstream", upstream, "--listen", String(port)];
  const standing = await started(command, `http://127.0.0.1:${port}/mcp`, { MCP_OPS_RUNTIME_DIR: folder });
  return {
    url: standing.url,
    async [Symbol.asyncDispose]() {
      await standing[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Bridges stdio to HTTP: its server is the same one as a child, by stdio. */
export async function mcpProxy(): Promise<Standing> {
  const port = await freePort();
  const options = ["--host", "127.0.0.1", "--port", String(port), "--server", "stream"];
  const command = [process.execPath, MCP_PROXY, ...options, "--", process.execPath, LIGHT, "stdio"];
  return started(command, `http://127.0.0.1:${port}/mcp`);
}

/** The same, with one child for the session. */
export async function supergateway(): Promise<Standing> {
  const port = await freePort();
  const stdio = `${process.execPath} ${LIGHT} stdio`;
  const options = ["--outputTransport", "streamableHttp", "--stateful", "--port", String(port), "--logLevel", "none"];
  return started([process.execPath, SUPERGATEWAY, "--stdio", stdio, ...options], `http://127.0.0.1:${port}/mcp`);
}

async function started([program = "", ...args]: string[], url: string, env = {}): Promise<Standing> {
  const child = spawn(program, args, { stdio: "ignore", env: { ...process.env, ...env } });
  const exited = once(child, "exit");
  await listening(
    url,
    exited.then(() => Promise.reject(new Error(`${program} ended before it listened.`))),
  );
  return {
    url,
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await exited;
    },
  };
}

async function listening(url: string, ended: Promise<never>): Promise<void> {
  ended.catch(() => {}); // It ends some time; only now it would be too soon.
  for (;;) {
    const answered = await Promise.race([
      fetch(url, { method: "GET" }).then(
        () => true,
        () => false,
      ),
      ended,
    ]);
    if (answered) return;
    await Promise.race([new Promise((resolve) => setTimeout(resolve, 50)), ended]);
  }
}

function nginxConfig(folder: string, port: number, upstream: string): string {
  const temps = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (kind) => `${kind}_temp_path ${folder}/${kind};`,
  );
  return `daemon off; worker_processes 1; pid ${folder}/pid; error_log stderr crit;
events { worker_connections 1024; }
http { access_log off; keepalive_requests 1000000; ${temps.join(" ")}
  upstream server { server ${upstream}; keepalive 64; keepalive_requests 1000000; }
  server { listen 127.0.0.1:${port};
    location / { proxy_pass http://server; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $http_host; proxy_buffering off; }
  } }
`;
}
