import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { auditLog } from "@mcp-ops/audit";
import { watch } from "@mcp-ops/kit";
import { Client } from "@modelcontextprotocol/client";
import { InMemoryTransport, McpServer } from "@modelcontextprotocol/server";
import { beforeEach, expect, it } from "vitest";
import { MCP_OPS, mcpOps } from "./command.ts";

let folder: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "mcp-ops-cli-audit-"));
  await serve("weather", 3);
  return () => rmSync(folder, { recursive: true });
});

/** A real server under a real client, which calls so many times; then the log ends in order. */
async function serve(name: string, calls: number): Promise<void> {
  const log = auditLog({ server: name, folder });
  const server = new McpServer({ name, version: "1.0.0" });
  server.registerTool("look", {}, () => ({ content: [] }));
  watch(server, { audit: log });
  const [a, b] = InMemoryTransport.createLinkedPair();
  await server.connect(a);
  const client = new Client({ name: "visitor\u001b[2J", version: "1.0.0" });
  await client.connect(b);
  for (let i = 0; i < calls; i++) await client.callTool({ name: "look" });
  await client.close();
  await log.close();
}

const logFile = () => join(folder, readdirSync(folder).find((name) => name.endsWith(".jsonl")) as string);

it("verifies an intact log with 0, an edited one with 1 and its record, one cut or killed with 3", async () => {
  const intact = await mcpOps(["audit", "verify", folder]);
  expect(intact).toMatchObject({ code: 0, stdout: expect.stringMatching(/^INTACT.*\n[\s\S]*Tail unproven since/) });
  const whole = readFileSync(logFile(), "utf8");
  writeFileSync(logFile(), whole.replace('"outcome":"success"', '"outcome":"denied"'));
  const broken = await mcpOps(["audit", "verify", folder, "--json"]);
  expect(broken.code).toBe(1);
  expect(JSON.parse(broken.stdout)).toMatchObject({ verdict: "broken", findings: [{ kind: "edited" }] });
  writeFileSync(logFile(), `${whole.trimEnd().split("\n").slice(0, -1).join("\n")}\n`);
  expect(await mcpOps(["audit", "verify", folder])).toMatchObject({ code: 3, stdout: expect.stringMatching(/^ALARM/) });
});

it("gives a head that proves the end of the log when it is kept, and betrays a cut", async () => {
  const { stdout } = await mcpOps(["audit", "head", folder]);
  const head = JSON.parse(stdout);
  const kept = join(folder, "heads");
  writeFileSync(kept, stdout);
  const key = readdirSync(folder).find((name) => name.endsWith(".pub")) as string;
  const proven = await mcpOps(["audit", "verify", folder, "--anchor", kept, "--key", join(folder, key), "--json"]);
  expect(proven.code).toBe(0);
  expect(JSON.parse(proven.stdout)).toMatchObject({ key: "trusted", chains: [{ tail: { proven: true } }] });
  await serve("weather", 1);
  const cut = readFileSync(logFile(), "utf8").trimEnd().split("\n").slice(0, 2);
  writeFileSync(logFile(), `${cut.join("\n")}\n`);
  const written = `${head.sequence}:${head.hash}`;
  expect(await mcpOps(["audit", "verify", logFile(), "--anchor", written])).toMatchObject({
    code: 1,
    stdout: expect.stringContaining("its end was cut"),
  });
});

it("prints the newest records for people, without what a client put in to steer the terminal", async () => {
  const { code, stdout } = await mcpOps(["audit", "tail", "-n", "3"], { MCP_OPS_AUDIT_FOLDER: folder });
  expect(code).toBe(0);
  expect(stdout.trim().split("\n")).toHaveLength(3);
  expect(stdout).toMatch(/success {2}tools\/call look {2}\S+ ms {2}by visitor�\[2J/);
});

it("follows a log over a restart, as JSON, and ends when it is told to", async () => {
  const child = spawn(MCP_OPS, ["audit", "tail", "-n", "1", "--follow", "--json", folder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let seen = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (seen += text));
  const records = () =>
    seen
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line));
  const ended = new Promise((resolve) => child.once("exit", (code, signal) => resolve(signal ?? code)));
  await expect.poll(() => records().length).toBe(1);
  await serve("weather", 2);
  await expect.poll(() => records().at(-1)?.event).toBe("audit.stop");
  await expect.poll(() => records().filter(({ operation }) => operation?.target === "look").length).toBe(2);
  const numbers = records().map(({ sequence }) => sequence);
  expect(numbers).toEqual(numbers.map((_, i) => numbers[0] + i));
  child.kill("SIGINT");
  expect(await ended).toBe(0);
});
