/** Each door in front of a server makes one span of a call, and the caller is its parent. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, expect, test } from "vitest";
import { MCP_OPS } from "../cli/command.ts";
import { call, HEADERS, post } from "../proxy/front.ts";
import { answerJson, plainUpstream } from "../proxy/plain-upstream.ts";
import { python } from "../wrap/pipe-client.ts";
import { Collector } from "./fixtures/collector.ts";

const TRACE_ID = "0af7651916cd43dd8448eb211c80319c";
const CALLERS_SPAN = "b7ad6b7169203331";
const ECHO = call(1, "echo", { _meta: { traceparent: `00-${TRACE_ID}-${CALLERS_SPAN}-01` } });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "doors-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function started(collector: string, args: readonly string[]): ChildProcess {
  const env = { ...process.env, MCP_OPS_RUNTIME_DIR: folder, OTEL_EXPORTER_OTLP_ENDPOINT: collector };
  return spawn(MCP_OPS, [args[0] as string, "--trace", "otlp-http", ...args.slice(1)], {
    env,
    stdio: ["pipe", "pipe", "inherit"],
  });
}

async function firstLine({ stdout }: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: stdout as NodeJS.ReadableStream })) return line;
  throw new Error("It ended before it said anything.");
}

async function ended(child: ChildProcess, end: () => void): Promise<void> {
  const exited = once(child, "exit");
  end();
  await exited;
}

function expectOneSpan({ arrived }: Collector): void {
  const spans = arrived.all.filter(({ attributes }) => attributes["mcp.method.name"] === "tools/call");
  expect(spans).toHaveLength(1);
  expect(spans[0]).toMatchObject({ kind: "server", traceId: TRACE_ID, parentSpanId: CALLERS_SPAN });
}

test("wrap", async () => {
  await using collector = new Collector();
  const child = started(await collector.open(), ["wrap", "--", ...python()]);
  child.stdin?.write(`${ECHO}\n`);
  await firstLine(child);
  await ended(child, () => child.stdin?.end());
  expectOneSpan(collector);
});

test("proxy", async () => {
  await using collector = new Collector();
  await using upstream = await plainUpstream(answerJson);
  const child = started(await collector.open(), ["proxy", "--json", "--listen", "0", "--upstream", upstream.url]);
  const { url } = JSON.parse(await firstLine(child));
  await (await post(url, ECHO)).text();
  await ended(child, () => child.kill("SIGTERM"));
  expectOneSpan(collector);
  expect((await upstream.next()).body).toBe(ECHO);
});

test("serve", async () => {
  await using collector = new Collector();
  const child = started(await collector.open(), ["serve", "--json", "--listen", "0", "--", ...python()]);
  const { url } = JSON.parse(await firstLine(child));
  const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "raw", version: "1" } };
  const opened = await post(url, JSON.stringify({ jsonrpc: "2.0", id: 0, method: "initialize", params }));
  await opened.text();
  const session = { ...HEADERS, "mcp-session-id": opened.headers.get("mcp-session-id") ?? "" };
  expect(await (await post(url, ECHO, session)).text()).toContain('"result"');
  await ended(child, () => child.kill("SIGTERM"));
  expectOneSpan(collector);
});
