import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { call, PATIENCE, PipeClient, python, wrapped } from "./pipe-client.ts";
import { isRunning, killRound, PARTIES } from "./torture.ts";

const sh = (script: string) => wrapped(["sh", "-c", script]);

describe("a wrapped server ends as it ends by itself", () => {
  test.each([
    ["with its exit code", "exit 9", { code: 9, signal: null }],
    ["by its signal", "kill -s KILL $$", { code: null, signal: "SIGKILL" }],
    ["by its signal", "kill -s TERM $$", { code: null, signal: "SIGTERM" }],
  ])("%s: %s", async (_, script, ending) => {
    await using client = new PipeClient(sh(script));
    expect(await client.ended).toEqual(ending);
  });

  test("with all it has said", async () => {
    await using client = new PipeClient(sh("head -c 3000000 /dev/zero; exit 3"));
    expect(await client.ended).toEqual({ code: 3, signal: null });
    expect(client.heard.length).toBe(3_000_000);
  });

  test.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)("on %s, which it may answer in its own way", async (signal) => {
    const name = signal.slice(3);
    await using client = new PipeClient(
      sh(`trap 'echo got ${name}; exit 5' ${name}; echo up; while :; do sleep 0.05; done`),
    );
    await vi.waitFor(() => expect(client.heard.toString()).toContain("up"), PATIENCE);
    client.child.kill(signal);
    expect(await client.ended).toEqual({ code: 5, signal: null });
    expect(client.heard.toString()).toContain(`got ${name}`);
  });

  test("when nobody listens any more", async () => {
    const endOf = async (command: readonly string[]) => {
      await using client = new PipeClient(command);
      await vi.waitFor(() => expect(client.heard.length).toBeGreaterThan(0), PATIENCE);
      client.child.stdout.destroy();
      return await client.ended;
    };
    expect(await endOf(sh("yes"))).toEqual(await endOf(["sh", "-c", "yes"]));
  });

  test("when its command is not there: with a sentence that says so", async () => {
    await using client = new PipeClient(wrapped(["no-such-server"]));
    expect((await client.ended).code).toBe(1);
    expect(await client.stderr()).toContain('there is no command "no-such-server"');
  });
});

test.each(PARTIES)("kill -9 of the %s leaves nothing behind of a server that ignores everything", async (party) => {
  await killRound(party, 700, `kill-${process.pid}-${party}`);
});

test("kill -9 before the server is up leaves nothing behind", async () => {
  const rounds = [60, 90, 120, 150].map((ms) => killRound("wrap", ms, `early-${process.pid}-${ms}`));
  await Promise.all(rounds);
});

test("a normal end leaves no watcher behind", async () => {
  await using client = new PipeClient(wrapped(python()));
  await client.greet();
  const { stdout } = spawnSync("ps", ["-o", "pid=", "--ppid", String(client.child.pid)], { encoding: "utf8" });
  const ours = stdout.trim().split(/\s+/).map(Number);
  expect(ours).toHaveLength(2);
  await client.leave();
  expect(ours.filter(isRunning)).toEqual([]);
});

test("with --restart a killed server comes back, its client greets nobody again, and what was open is answered", async () => {
  await using client = new PipeClient(wrapped(python(), "--restart"));
  await client.greet();
  await client.ask(call(1, "pid"));
  await client.ask(call(2, "die"));
  expect(client.messages.find(({ id }) => id === 2)?.error?.code).toBe(-31003);
  await client.ask(call(3, "pid"));
  const pid = (id: number) => Number(client.messages.find((message) => message.id === id)?.result?.content?.[0]?.text);
  expect(pid(3)).toBeGreaterThan(0);
  expect(pid(3)).not.toBe(pid(1));
  expect(isRunning(pid(1))).toBe(false);
  expect(await client.metrics()).toContain('mcp_server_restarts_total{server="python-server"} 1');
  await client.leave();
  expect(await client.ended).toEqual({ code: 0, signal: null });
});

test("told to end while a server waits to be started again, it leaves no socket and no registration behind", async () => {
  await using client = new PipeClient(wrapped(["sh", "-c", "exit 3"], "--restart"));
  const [warning] = await once(client.child.stderr, "data");
  expect(String(warning)).toContain("started again");
  client.child.kill("SIGTERM");
  expect(await client.ended).toEqual({ code: null, signal: "SIGTERM" });
  expect(readdirSync(join(client.folder, "run"))).toEqual([]);
});

test("a message above the limit is answered with an error that says what to raise; the next one passes", async () => {
  await using client = new PipeClient(wrapped(python(), "--max-message-size", "100K", "--no-learn"));
  await client.greet();
  await client.ask(call(1, "echo", { text: "x".repeat(200_000) }));
  await client.ask(call(2, "big", { bytes: 200_000 }));
  await client.ask(call(3, "echo", { ok: true }));
  const errors = client.messages.filter(({ error }) => error !== undefined);
  expect(errors.map(({ id, error }) => [id, error?.code])).toEqual([
    [1, -31004],
    [2, -31004],
  ]);
  expect(errors[0]?.error?.message).toContain("--max-message-size");
  expect(client.messages.some(({ id, result }) => id === 3 && result !== undefined)).toBe(true);
  await client.leave();
  expect(await client.stderr()).toContain("from the server did not pass");
});

test("10 MB pass both ways", async () => {
  await using client = new PipeClient(wrapped(python()));
  await client.greet();
  await client.ask(call(1, "echo", { text: "é".repeat(5_000_000) }));
  const heard = await client.leave();
  expect(heard.length).toBeGreaterThan(10_000_000);
  expect(JSON.parse(client.messages.find(({ id }) => id === 1)?.result?.content?.[0]?.text ?? "").text.length).toBe(
    5_000_000,
  );
});

test("a client that stops reading stops the server, and our memory stays where it was", async () => {
  await using client = new PipeClient(wrapped(python()));
  await client.greet();
  await client.ask(call(1, "echo"));
  const before = residentBytes(client.child.pid);
  client.child.stdout.pause();
  client.say(call(2, "flood", { lines: 60_000 })); // 60 MB
  let last = -1;
  await vi.waitFor(
    async () => {
      const taken = readBytes(client.child.pid);
      const isStill = taken === last && taken > 0;
      last = taken;
      if (!isStill) throw new Error("It is still reading.");
    },
    { timeout: 60_000, interval: 500 },
  );
  expect(residentBytes(client.child.pid) - before).toBeLessThan(20_000_000);
  client.child.stdout.resume();
  await client.leave();
  expect(client.heard.length).toBeGreaterThan(60_000_000);
  expect(client.heard.toString("latin1", client.heard.length - 200)).toContain('"id": 2');
});

function residentBytes(pid: number | undefined): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024;
}

function readBytes(pid: number | undefined): number {
  return Number(/rchar: (\d+)/.exec(readFileSync(`/proc/${pid}/io`, "utf8"))?.[1]);
}
