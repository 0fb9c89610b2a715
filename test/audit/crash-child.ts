/** A server with an audit log, to be killed: it calls its own tools for ever and tells what it knows to be on disk. */
import { writeSync } from "node:fs";
import { auditLog } from "@mcp-ops/audit";
import { pipeline, tap } from "@mcp-ops/tap";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { stageHere } from "../fixtures/stage.ts";
import { storyV1 } from "../fixtures/story-v1.ts";

const [folder = "", pace = "1", durability = "buffered"] = process.argv.slice(2);
const log = auditLog({
  server: "story",
  folder,
  flushMs: 2,
  checkpointRecords: 50,
  maxFileBytes: 40_000,
  durability: durability as "buffered" | "synchronous",
});
const parts = pipeline({ observers: [log.observer], gates: log.gate ? [log.gate] : [], server: "story" });
const [near, far] = InMemoryTransport.createLinkedPair();
await tap(storyV1(stageHere().stage), parts).connect(far);
const client = new Client({ name: "crasher", version: "1" });
await client.connect(near);

let told = 0;
let answered = 0;
for (;;) {
  await Promise.all(Array.from({ length: Number(pace) }, () => client.callTool({ name: "ok", arguments: {} })));
  answered += Number(pace);
  await new Promise((resolve) => setImmediate(resolve));
  const head = log.head();
  // Written at once: a kill loses nothing that was told.
  if (head !== undefined && head.sequence > told) writeSync(1, `${JSON.stringify({ ...head, answered })}\n`);
  told = head?.sequence ?? told;
}
