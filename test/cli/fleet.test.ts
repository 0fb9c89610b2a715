import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { beforeEach, expect, it } from "vitest";
import { mcpOps } from "./command.ts";

const SERVER = fileURLToPath(new URL("../serve/fixtures/dual-era.mjs", import.meta.url));

const TEXT = `{
  // mine
  "mcpServers": {
    "memory": { "command": "npx", "args": ["-y", "server-memory"] },
    "far": { "url": "https://example.com/mcp" }
  }
}
`;
let folder: string;
let config: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mcp-ops-cli-fleet-"));
  config = join(folder, "mcp.json");
  writeFileSync(config, TEXT);
  return () => rmSync(folder, { recursive: true });
});

it("shows the wrapped file on stdout and what it did on stderr, and changes nothing", async () => {
  const { code, stdout, stderr } = await mcpOps(["wrap", "--config", config, "--audit", "/log"]);
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^\{\n {2}\/\/ mine\n[\s\S]*mcp-ops\.js", "wrap", "--name", "memory", "--audit", "\/log", "--", "npx", "-y",/,
  );
  expect(stderr).toContain("memory: wrapped\nfar: left alone, it is reached by URL");
  expect(readFileSync(config, "utf8")).toBe(TEXT);
});

it("installs and undoes, and tells as JSON what it did", async () => {
  const wrap = await mcpOps(["wrap", "--config", config, "--write", "--json"]);
  const change = JSON.parse(wrap.stdout);
  expect(change).toMatchObject({
    file: config,
    written: true,
    servers: [{ name: "memory", action: "wrapped" }, { name: "far" }],
  });
  expect(readFileSync(config, "utf8")).toBe(change.text);
  expect(readFileSync(change.backup, "utf8")).toBe(TEXT);
  expect(await mcpOps(["unwrap", "--config", config, "--write"])).toMatchObject({ code: 0, stdout: "" });
  expect(readFileSync(config, "utf8")).toBe(TEXT);
});

it("names line and column of what it cannot read, and a file that is not there", async () => {
  writeFileSync(config, '{\n  "mcpServers": [}');
  expect(await mcpOps(["wrap", "--config", config])).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/line 2, column \d+\. Nothing has been changed/),
  });
  const gone = await mcpOps(["wrap", "--config", "/nowhere.json", "--json"]);
  expect(JSON.parse(gone.stderr).error).toMatchObject({ code: "ENOENT", exitCode: 1 });
});

it("names a command that a client can start, and that leaves its last figures and spans when the client goes", async () => {
  writeFileSync(config, JSON.stringify({ mcpServers: { pair: { command: process.execPath, args: [SERVER] } } }));
  await mcpOps([
    "wrap",
    "--config",
    config,
    "--textfile",
    folder,
    "--trace",
    "console",
    "--ops-listen",
    "off",
    "--write",
  ]);
  const { command, args } = JSON.parse(readFileSync(config, "utf8")).mcpServers.pair;
  const transport = new StdioClientTransport({ command, args, stderr: "pipe" });
  let stderr = "";
  transport.stderr?.on("data", (text) => (stderr += text));
  const client = new Client({ name: "desktop", version: "1.0.0" });
  await client.connect(transport);
  await client.callTool({ name: "pid" });
  await client.close();
  const files = () => readdirSync(folder).filter((name) => name.endsWith(".prom"));
  await expect
    .poll(
      () =>
        files()
          .map((name) => readFileSync(join(folder, name), "utf8"))
          .join(""),
      { timeout: 10_000 },
    )
    .toMatch(/mcp_requests_total\{[^}]*target="pid"/);
  await expect.poll(() => stderr).toContain("tools/call pid");
});

it("is one thing or the other: a command, or a config; and a name is for one server", async () => {
  expect(await mcpOps(["wrap", "--config", config, "--", "node"])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("not both"),
  });
  expect(await mcpOps(["wrap", "--config", config, "--name", "x"])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("one server"),
  });
  expect(await mcpOps(["wrap"])).toMatchObject({ code: 2, stderr: expect.stringContaining("Which server?") });
  expect(readFileSync(config, "utf8")).toBe(TEXT);
});
