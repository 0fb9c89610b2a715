import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { type AuditLog, type AuditOptions, auditLog } from "@mcp-ops/audit";
import type { Gate, Observer } from "@mcp-ops/exchange";
import type { AuditRecord } from "@mcp-ops/formats";
import { pipeline, tap } from "@mcp-ops/tap";
import { Client as ClientV2, InMemoryTransport as InMemoryV2 } from "@modelcontextprotocol/client";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport as InMemoryV1 } from "@modelcontextprotocol/sdk/inMemory.js";
import { onTestFinished } from "vitest";
import { stageHere } from "../fixtures/stage.ts";
import { storyV1 } from "../fixtures/story-v1.ts";
import { storyV2 } from "../fixtures/story-v2.ts";

export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "mcp-ops-audit-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A log in a folder of its own that ends with the test. */
export function newLog(options: Partial<AuditOptions> = {}): { log: AuditLog; folder: string; faults: string[] } {
  const folder = options.folder ?? newFolder();
  const faults: string[] = [];
  const log = auditLog({ server: "story", folder, onFault: ({ code }) => faults.push(code), ...options });
  onTestFinished(() => log.close());
  return { log, folder, faults };
}

export type Sdk = "v1" | "v2";

/** A watched story server and a client of it, in memory. */
export async function play(sdk: Sdk, log: AuditLog, more: { observers?: Observer[]; gates?: Gate[] } = {}) {
  const { stage, audience } = stageHere();
  const parts = pipeline({
    observers: [log.observer, ...(more.observers ?? [])],
    gates: [...(more.gates ?? []), ...(log.gate ? [log.gate] : [])],
    server: "story",
  });
  const client = sdk === "v1" ? await playV1(storyV1(stage), parts) : await playV2(storyV2(stage), parts);
  onTestFinished(() => client.close());
  return { client, audience };
}

async function playV1(server: ReturnType<typeof storyV1>, parts: ReturnType<typeof pipeline>) {
  const [near, far] = InMemoryV1.createLinkedPair();
  await tap(server, parts).connect(far);
  const client = new ClientV1({ name: "reader", version: "2" });
  await client.connect(near);
  return client as Pick<ClientV1, "close"> & Asker;
}

async function playV2(server: ReturnType<typeof storyV2>, parts: ReturnType<typeof pipeline>) {
  const [near, far] = InMemoryV2.createLinkedPair();
  await tap(server, parts).connect(far);
  const client = new ClientV2({ name: "reader", version: "2" });
  await client.connect(near);
  return client as unknown as Pick<ClientV1, "close"> & Asker;
}

/** What both clients have. */
interface Asker {
  callTool(
    params: { name: string; arguments?: Record<string, unknown>; _meta?: Record<string, unknown> },
    schema?: undefined,
    options?: { signal?: AbortSignal },
  ): Promise<{ isError?: boolean; content?: unknown }>;
  readResource(params: { uri: string }): Promise<unknown>;
}

/** All text of a log, compressed files too. A writer that ended while it compressed one has left both: the original counts. */
export function textOf(folder: string): string {
  const names = readdirSync(folder).filter((name) => /\.jsonl(\.gz)?$/.test(name));
  return names
    .filter((name) => !(name.endsWith(".gz") && names.includes(name.slice(0, -3))))
    .sort()
    .map((name) => readFileSync(join(folder, name)))
    .map((bytes) => (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString("utf8"))
    .join("\n");
}

export function recordsOf(folder: string): AuditRecord[] {
  if (!existsSync(folder)) return [];
  const lines = textOf(folder).split("\n");
  return lines.filter((line) => line.endsWith("}")).map((line) => JSON.parse(line) as AuditRecord);
}

/** Records of exchanges, without those of the log itself. */
export function exchangesOf(folder: string) {
  return recordsOf(folder).flatMap((record) => ("operation" in record ? [record] : []));
}

/** Asks again until it is so; the test's own time limit ends it. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 5));
}
