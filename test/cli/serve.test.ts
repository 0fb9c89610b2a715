import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { afterEach, beforeEach, expect, it } from "vitest";
import { MCP_OPS, mcpOps } from "./command.ts";

const SERVER = [process.execPath, fileURLToPath(new URL("../serve/fixtures/dual-era.mjs", import.meta.url))];
let folder: string;
let running: ChildProcess | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mcp-ops-cli-serve-"));
  return () => rmSync(folder, { recursive: true });
});

afterEach(() => void running?.kill("SIGKILL"));

/** Starts the command and waits until it says where it serves. */
async function started(
  ...options: string[]
): Promise<{ url: string; ops: string; ended: Promise<unknown>; stderr: () => string }> {
  const env = { ...process.env, MCP_OPS_RUNTIME_DIR: join(folder, "run") };
  const args = ["serve", "--json", "--listen", "0", "--name", "pair", ...options, "--", ...SERVER];
  const child = spawn(MCP_OPS, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  running = child;
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (text) => (stdout += text));
  child.stderr.on("data", (text) => (stderr += text));
  const ended = new Promise((resolve) => child.once("exit", (code, signal) => resolve(signal ?? code)));
  await expect.poll(() => stdout).toContain("\n");
  return { ...JSON.parse(stdout), ended, stderr: () => stderr };
}

async function visitor(url: string) {
  const client = new Client({ name: "two", version: "1.0.0" }, { versionNegotiation: { mode: "legacy" } });
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  const pid = async () => {
    const { content } = await client.callTool({ name: "pid" });
    return Number((content as { text: string }[])[0]?.text);
  };
  return Object.assign(client, { pid });
}

function page(socketPath: string, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    request({ socketPath, path }, async (response) => resolve((await response.toArray()).join("")))
      .on("error", reject)
      .end();
  });
}

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

it("serves a watched server, whose signals show what was called, and ends in order when it is told to", async () => {
  const audit = join(folder, "audit");
  const { url, ops, ended, stderr } = await started(
    "--audit",
    audit,
    "--textfile",
    folder,
    "--trace",
    "console",
    "--health-resource",
  );
  const client = await visitor(url);
  const pid = await client.pid();
  // An observer waits while the server is asked for its tools; the client never does.
  await expect
    .poll(() => page(ops, "/metrics"))
    .toMatch(/mcp_requests_total\{(?=[^}]*server="pair")[^}]*target="pid"[^}]*\} 1/);
  expect((await client.listResources()).resources).toMatchObject([{ uri: "health://status" }]);
  expect((await client.readResource({ uri: "health://status" })).contents).toHaveLength(1);
  running?.kill("SIGTERM");
  expect(await ended).toBe(0);
  expect(isAlive(pid)).toBe(false);
  expect(stderr()).toContain("tools/call pid");
  const textfile = readdirSync(folder).find((name) => name.endsWith(".prom")) as string;
  expect(readFileSync(join(folder, textfile), "utf8")).toContain('target="pid"');
  expect(await mcpOps(["audit", "verify", audit])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("ended in order"),
  });
});

it("shows whether its server can be had", async () => {
  const { url, ops } = await started();
  const client = await visitor(url);
  const up = async () => /^mcp_server_up\{server="pair"\} (\d)$/m.exec(await page(ops, "/metrics"))?.[1];
  expect(await up()).toBe("1");
  await client.callTool({ name: "die" }).catch(() => {});
  await expect.poll(up).toBe("0");
  await (await visitor(url)).close();
  expect(await up()).toBe("1");
});

it("leaves no server behind when it is killed", async () => {
  const { url, ended } = await started();
  const pid = await (await visitor(url)).pid();
  running?.kill("SIGKILL");
  await ended;
  await expect.poll(() => isAlive(pid)).toBe(false);
});

it("says what is wrong with a port that is taken, and with a command that is none", async () => {
  const { url } = await started();
  const taken = await mcpOps(["serve", "--listen", new URL(url).port, "--", ...SERVER]);
  expect(taken).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("(EADDRINUSE). Choose another address with --listen"),
  });
  expect(await mcpOps(["serve"])).toMatchObject({ code: 2, stderr: expect.stringContaining("Which server?") });
  expect(await mcpOps(["serve", "--stdio", "node 'x"])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("quotes"),
  });
});
