import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { MCP_OPS, mcpOps } from "./command.ts";
import { randomFrom } from "./random.ts";

const rounds = Number(process.env.ROUNDS ?? 20);
const seed = Number(process.env.SEED ?? 7);

/** Large enough that writing it takes a while. */
const SERVERS = Object.fromEntries(
  Array.from({ length: 5_000 }, (_, i) => [`server-${i}`, { command: "npx", args: ["-y", "x".repeat(100)] }]),
);

test(`killed at ${rounds} random moments (seed ${seed}), a config is the old one or the new one, and can be undone`, async () => {
  const folder = mkdtempSync(join(tmpdir(), "mcp-ops-fleet-kill-"));
  const config = join(folder, "mcp.json");
  const original = JSON.stringify({ mcpServers: SERVERS }, undefined, 2);
  writeFileSync(config, original);
  const { text } = JSON.parse((await mcpOps(["wrap", "--config", config, "--json"])).stdout);
  const random = randomFrom(seed);
  const ends = { old: 0, new: 0 };
  let momentMs = 250;
  for (let round = 0; round < rounds; round++) {
    writeFileSync(config, original);
    const child = spawn(MCP_OPS, ["wrap", "--config", config, "--write"], { stdio: "ignore" });
    const ended = once(child, "exit");
    await Promise.race([ended, pause(momentMs * (0.6 + 0.8 * random()))]);
    child.kill("SIGKILL");
    await ended;
    const now = readFileSync(config, "utf8");
    expect([original, text].includes(now)).toBe(true);
    ends[now === original ? "old" : "new"]++;
    // Nearer to the change, whenever that comes on this machine.
    momentMs *= now === original ? 1.2 : 1 / 1.2;
    await mcpOps(["unwrap", "--config", config, "--write"]);
    expect(readFileSync(config, "utf8")).toBe(original);
  }
  rmSync(folder, { recursive: true });
  // The moments lie on both sides of the change, else nothing was tried.
  expect(Math.min(ends.old, ends.new)).toBeGreaterThan(0);
});
