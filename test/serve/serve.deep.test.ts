import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { expect, onTestFinished, test, vi } from "vitest";
import { MCP_OPS } from "../cli/command.ts";
import { randomFrom } from "../cli/random.ts";

const rounds = Number(process.env.ROUNDS ?? 12);
const seed = Number(process.env.SEED ?? 7);
const SERVER = fileURLToPath(new URL("fixtures/dual-era.mjs", import.meta.url));

/** Every running process that was started with this mark. */
function marked(mark: string): readonly number[] {
  return readdirSync("/proc").flatMap((name) => {
    try {
      const isOurs = readFileSync(`/proc/${name}/environ`, "utf8").includes(`SERVE_MARK=${mark}`);
      const isZombie = / Z /.test(readFileSync(`/proc/${name}/stat`, "utf8"));
      return /^\d+$/.test(name) && isOurs && !isZombie ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}

async function started(mark: string, shared: boolean): Promise<{ child: ChildProcess; url: string }> {
  const args = [
    "serve",
    "--json",
    "--listen",
    "0",
    "--ops-listen",
    "off",
    ...(shared ? ["--shared"] : []),
    "--",
    "node",
    SERVER,
  ];
  const child = spawn(MCP_OPS, args, {
    env: { ...process.env, SERVE_MARK: mark },
    stdio: ["ignore", "pipe", "ignore"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [line] = await once(child.stdout, "data");
  return { child, url: JSON.parse(String(line)).url };
}

async function visitor(url: string, mode: "auto" | "legacy") {
  const client = new Client({ name: "deep", version: "1.0.0" }, { versionNegotiation: { mode } });
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  return client;
}

/** Calls until somebody was killed. Every call ends: with an answer, or an error. */
async function callOn(client: Client, onAnswer: () => boolean, victim: string): Promise<void> {
  try {
    for (let goesOn = true; goesOn; ) {
      await client.callTool({ name: "echo", arguments: { text: "on" } }, { timeout: 60_000 });
      goesOn = onAnswer();
    }
  } catch (error) {
    expect(`${victim}: ${error}`).not.toMatch(/timed out/i);
  }
}

test.skipIf(process.platform !== "linux")(
  `${rounds} kills at random moments (seed ${seed}) leave no process and no call without an end while the endpoint lives`,
  async () => {
    const random = randomFrom(seed);
    for (let round = 0; round < rounds; round++) {
      const mark = `${process.pid}-${seed}-${round}`;
      const { child, url } = await started(mark, round % 2 === 1);
      const killAt = Math.floor(random() * 200);
      const victim = random() < 0.5 ? "endpoint" : "servers";
      let answers = 0;
      const clients = await Promise.all([visitor(url, "auto"), visitor(url, "legacy"), visitor(url, "legacy")]);
      const kill = () => {
        if (answers++ !== killAt) return answers <= killAt;
        if (victim === "servers") for (const pid of marked(mark)) if (pid !== child.pid) process.kill(pid, "SIGKILL");
        if (victim === "servers") return false;
        child.kill("SIGKILL");
        // A stream that breaks is no answer to SDK clients: they wait for one until their own time is up.
        for (const client of clients) void client.close();
        return false;
      };
      await Promise.all(clients.map((client) => callOn(client, kill, victim)));
      if (victim === "servers") {
        // Whoever comes while a process dies may lose its session with it, and begins another.
        await vi.waitFor(async () => {
          const again = await visitor(url, "legacy");
          expect((await again.callTool({ name: "pid" })).isError).toBeFalsy();
          await again.close();
        }, 60_000);
        child.kill("SIGTERM");
      }
      await Promise.all(clients.map((client) => client.close().catch(() => {})));
      await expect.poll(() => marked(mark)).toEqual([]);
    }
  },
);
