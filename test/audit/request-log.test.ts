import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type RequestLogOptions, requestLog, requestLogger } from "@mcp-ops/audit";
import type { Exchange, Outcome } from "@mcp-ops/exchange";
import { pipeline, tap } from "@mcp-ops/tap";
import { Client, InMemoryTransport } from "@modelcontextprotocol/client";
import { McpServer } from "@modelcontextprotocol/server";
import { expect, test } from "vitest";
import { newFolder, until } from "./stage.ts";

const TRACE = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331", sampled: true };

async function linesOf(options: RequestLogOptions, calls: string[]) {
  const file = join(newFolder(), "logs", "app.log");
  const log = requestLog({ ...options, destination: { file } });
  const server = new McpServer({ name: "talker", version: "1" });
  server.registerTool("talk", {}, async () => {
    requestLogger().info({ step: 1 }, "before");
    await new Promise((resolve) => setImmediate(resolve));
    requestLogger().debug("after");
    return { content: [] };
  });
  server.registerTool("fail", {}, () => {
    throw new Error("broken");
  });
  const traced = (exchange: Exchange, next: () => Promise<Outcome>) => {
    exchange.trace = TRACE;
    return next();
  };
  const [near, far] = InMemoryTransport.createLinkedPair();
  await tap(server, pipeline({ observers: [traced, log.observer] })).connect(far);
  const client = new Client({ name: "client", version: "1" });
  await client.connect(near);
  await Promise.all(calls.map((name) => client.callTool({ name, arguments: {} })));
  await client.close();
  await log.close();
  const text = readFileSync(file, "utf8").trim();
  return text === "" ? [] : text.split("\n").map((line) => JSON.parse(line));
}

test("a line of a handler carries its request, its trace and its target, after an await too and beside other calls", async () => {
  const lines = await linesOf({ level: "debug", base: { service: "shop" } }, ["talk", "talk", "talk"]);
  expect(lines).toHaveLength(6);
  expect(lines[0]).toMatchObject({
    level: "info",
    service: "shop",
    mcp_server: "talker",
    method: "tools/call",
    target: "talk",
    trace_id: TRACE.traceId,
    span_id: TRACE.spanId,
    step: 1,
    msg: "before",
  });
  expect(new Date(lines[0].time).toISOString()).toBe(lines[0].time);
  const ids = (msg: string) => lines.filter((line) => line.msg === msg).map((line) => line.request_id);
  expect(new Set(ids("before")).size).toBe(3);
  expect(ids("after")).toEqual(ids("before"));
});

test("the level is kept, and lines about each request are written when asked for", async () => {
  expect(await linesOf({ level: "warn" }, ["talk"])).toEqual([]);
  const lines = await linesOf({ lines: "both" }, ["fail"]);
  const about = lines.filter((line) => line.target === "fail");
  expect(about.map(({ level, msg, status }) => [level, msg, status])).toEqual([
    ["info", "asked", undefined],
    ["error", "ended", "tool_error"],
  ]);
  expect((await linesOf({ lines: "end" }, ["fail"])).filter((line) => line.target === "fail")).toHaveLength(1);
});

test("rules of the operator take out what the built-in ones leave", async () => {
  const [line] = await linesOf({ redact: { keys: ["step"] } }, ["talk"]);
  expect(line.step).toBe("[redacted]");
});

test("an application log whose file cannot be written costs lines, and never the server", async () => {
  const inTheWay = join(newFolder(), "logs");
  writeFileSync(inTheWay, "a file");
  const faults: string[] = [];
  const log = requestLog({
    destination: { file: join(inTheWay, "app.log") },
    onFault: ({ code }) => void faults.push(code),
  });
  log.logger.info("nobody reads this");
  await until(() => faults.length > 0);
  log.logger.info("nor this");
  log.flush();
  expect(faults[0]).toBe("AUDIT_REQUEST_LOG_FAILED");
  expect(log.stats()).toMatchObject({ dropped: 1, faults: expect.any(Number) });
});

test("a process that ends at once leaves its lines, and ends as it wanted to, also where the file cannot be opened", () => {
  const folder = newFolder();
  const file = join(folder, "app.log");
  writeFileSync(join(folder, "taken"), "");
  const program = `
    import { requestLog } from "@mcp-ops/audit";
    requestLog({ destination: { file: process.argv[1] } }).logger.info("last words");
    process.exit(0);`;
  const run = (to: string) =>
    spawnSync(process.execPath, ["--input-type=module", "-e", program, to], {
      cwd: new URL("..", import.meta.url),
      encoding: "utf8",
    });
  expect(run(file)).toMatchObject({ status: 0, stderr: "" });
  expect(readFileSync(file, "utf8")).toContain("last words");
  expect(run(join(folder, "taken", "app.log"))).toMatchObject({ status: 0, stderr: "" });
});
