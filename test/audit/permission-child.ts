/** A server whose right to its audit folder comes and goes: it calls its own tool for ever and tells each change of its log. */
import { auditLog } from "@mcp-ops/audit";
import { pipeline, tap } from "@mcp-ops/tap";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { stageHere } from "../fixtures/stage.ts";
import { storyV1 } from "../fixtures/story-v1.ts";

const [folder = ""] = process.argv.slice(2);
const faults: string[] = [];
const options = { server: "story", folder, flushMs: 5, retryMs: 20, maxFileBytes: 5000, compress: "none" } as const;
const log = auditLog({ ...options, onFault: ({ code }) => faults.push(code) });
const [near, far] = InMemoryTransport.createLinkedPair();
await tap(storyV1(stageHere().stage), pipeline({ observers: [log.observer], server: "story" })).connect(far);
const client = new Client({ name: "prisoner", version: "1" });
await client.connect(near);
process.on("SIGTERM", () => void log.close().then(() => process.exit()));

await client.callTool({ name: "ok", arguments: {} });
// By then the log is open, or known not to open.
await log.flush().catch(() => {});

let told = "";
for (;;) {
  const { isError } = await client.callTool({ name: "ok", arguments: {} });
  await new Promise((resolve) => setTimeout(resolve, 5));
  const { degraded } = log.stats();
  const state = JSON.stringify({ degraded: degraded ?? null, faults: [...new Set(faults)], answers: isError !== true });
  if (state !== told) console.log(state);
  told = state;
}
