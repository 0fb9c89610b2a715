import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { auditLog } from "@mcp-ops/audit";
import { expect, test } from "vitest";
import { newFolder, newLog, play, until } from "./stage.ts";

test("a log without anywhere to go, or with a promise it cannot keep, is refused with what to do", () => {
  expect(() => auditLog({ server: "x" })).toThrow(/Give it a "folder"/);
  expect(() => auditLog({ server: "x", also: ["stderr"], durability: "required" })).toThrow(/needs a "folder"/);
  expect(() => auditLog({ server: "x", also: ["stdout"], stdio: true })).toThrow(/Use "stderr" or a folder/);
  expect(() => auditLog({ server: "x", also: ["stderr"], boot: "1" })).toThrow(/twelve hex digits/);
});

test("records go through any pino transport besides, and without a folder too", async () => {
  for (const folder of [newFolder(), undefined]) {
    const file = join(newFolder(), "copy.log");
    const also = [{ target: "pino/file", options: { destination: file } }];
    const log = auditLog({ server: "story", also, ...(folder !== undefined && { folder }) });
    const { client } = await play("v1", log);
    await client.callTool({ name: "ok", arguments: {} });
    await client.close();
    await log.close();
    await until(() => readFileSync(file, "utf8").includes('"target":"ok"'));
    const lines = readFileSync(file, "utf8").trim().split("\n");
    const copied = lines.map((line) => JSON.parse(line)).find(({ operation }) => operation.target === "ok");
    expect(copied).toMatchObject({ v: 1, event: "mcp.request", outcome: "success", server: "story" });
    expect(log.stats()).toMatchObject({ dropped: 0, copiesDropped: 0 });
  }
});

test("nothing is written to the stdout of a stdio server, although it was asked for", async () => {
  const file = fileURLToPath(new URL("stdout-child.ts", import.meta.url));
  const child = spawn(process.execPath, [file], { stdio: ["pipe", "pipe", "pipe"] });
  let out = "";
  let err = "";
  child.stdout.on("data", (data) => (out += data));
  child.stderr.on("data", (data) => (err += data));
  const ask = (id: number, method: string, params: object) =>
    child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`);
  const clientInfo = { name: "c", version: "1" };
  ask(1, "initialize", { protocolVersion: "2025-11-25", capabilities: {}, clientInfo });
  ask(2, "tools/call", { name: "ok", arguments: {} });
  await until(() => out.split("\n").length > 2);
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.stdin.end();
  await gone;
  for (const line of out.trim().split("\n")) expect(JSON.parse(line)).toMatchObject({ jsonrpc: "2.0" });
  expect(err).toContain("AUDIT_COPY_FAILED");
  expect(err).toContain('"target":"ok"');
});

test("the log of one process knows its chains apart", async () => {
  const first = newLog();
  const second = newLog({ folder: first.folder });
  await Promise.all([first.log.flush(), second.log.flush()]);
  await until(() => first.log.head() !== undefined && second.log.head() !== undefined);
  expect(new Set([first.log.head()?.chain, second.log.head()?.chain]).size).toBe(2);
});
