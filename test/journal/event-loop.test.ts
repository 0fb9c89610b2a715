/** Counting the tokens of a large result holds nobody up. */
import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { afterAll, beforeAll, expect, test } from "vitest";

const BIG = fileURLToPath(new URL("fixtures/big-server.ts", import.meta.url));
const LIMIT_MS = 10;
/** A processor is slower at times, and memory is cleared up; what always takes too long is found out by any number of attempts. */
const ATTEMPTS = 10;

interface HeldUp {
  readonly ms: number;
  readonly tokens: readonly { readonly labels: { readonly kind: string }; readonly value: number }[];
  readonly definitions: readonly [string, number][];
}

const client = new Client({ name: "patient", version: "1.0.0" });
beforeAll(() => client.connect(new StdioClientTransport({ command: process.execPath, args: [BIG] })));
afterAll(() => client.close());

async function heldUp(): Promise<HeldUp> {
  const { content } = await client.callTool({ name: "held up" });
  return JSON.parse((content as { text: string }[])[0]?.text ?? "");
}

async function shortest(work: () => Promise<unknown>): Promise<HeldUp> {
  let best: HeldUp | undefined;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    await work();
    const held = await heldUp();
    if (best === undefined || held.ms < best.ms) best = held;
    if (best.ms < LIMIT_MS) return best;
  }
  return best as HeldUp;
}

const RESULTS = ["prose", "many items", "structured", "many keys", "image"];

test.each(RESULTS)(
  "C4: the event loop of a real server is free within 10 ms while a result of 10 MB is counted: %s",
  async (name) => {
    const { ms, tokens } = await shortest(() => client.callTool({ name }));
    expect(ms).toBeLessThan(LIMIT_MS);
    expect(tokens.reduce((sum, { value }) => sum + value, 0)).toBeGreaterThan(name === "image" ? 1000 : 100_000);
  },
);

test("C4: and while a listing of 10 MB is counted", async () => {
  const { ms, definitions } = await shortest(() => client.listTools());
  expect(ms).toBeLessThan(LIMIT_MS);
  expect(definitions[0]?.[1]).toBeGreaterThan(10_000);
});
