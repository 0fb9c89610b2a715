import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { fenceOf } from "./fence.ts";
import type { FenceSettings } from "./settings.ts";

const PATIENCE = { timeout: 60_000, interval: 10 };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "fence-"));
  return () => rmSync(folder, { recursive: true });
});

/** A hook of one line of shell. */
function hook(line: string, more: Partial<FenceSettings> = {}) {
  const log: string[] = [];
  const settings = { program: "/bin/sh", args: ["-c", line], env: {}, required: true, timeoutMs: 8_000, ...more };
  const place = { folder, env: { ...process.env, CANARY: "canary-of-the-sidecar", GIVEN: "given" } };
  const fence = fenceOf(settings, { group: "weather", node: "b" }, place, (_, message) => log.push(message));
  const unwanted = new AbortController();
  const run = () => fence({ previous: "a", token: 7n, signal: unwanted.signal });
  return { run, log, unwanted };
}

const file = (name: string) => join(folder, name);

async function pidIn(name: string): Promise<number> {
  await vi.waitFor(() => expect(readFileSync(file(name), "utf8")).toMatch(/\n$/), PATIENCE);
  return Number(readFileSync(file(name), "utf8"));
}

const isAlive = (pid: number) => {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.[0] !== "Z";
  } catch {
    return false;
  }
};

it("gets what it is told and what the config gives it, and no other variable of the sidecar", async () => {
  const { run } = hook(`/usr/bin/env | /usr/bin/sort > ${file("told")}`, { env: { MORE: { env: "GIVEN" } } });
  await run();
  const names = readFileSync(file("told"), "utf8").trim().split("\n");
  const shells = /^(PWD|SHLVL|_|OLDPWD)=/;
  expect(names.filter((name) => !shells.test(name))).toEqual([
    "FAILOVER_GROUP=weather",
    "FAILOVER_NODE=b",
    "FAILOVER_PREVIOUS=a",
    "FAILOVER_TOKEN=7",
    "MORE=given",
    expect.stringMatching(/^PATH=\/usr\/local\/sbin:/),
  ]);
});

it.each([
  ["ends with another code", "exit 3", {}, "The fence hook ended with 3."],
  ["is killed", "kill -9 $$", {}, "The fence hook was ended by SIGKILL."],
  ["hangs", "sleep 60", { timeoutMs: 100 }, "The fence hook did not end within 100 ms, and was killed."],
  ["is not there", "", { program: "/no/such/hook" }, "The fence hook could not be run (ENOENT)."],
  ["lacks a secret", "", { env: { KEY: { file: "none" } } }, /could not be run \(SIDECAR_SECRET_UNREADABLE\)/],
] as const)("that %s has failed; where it is not required that is a warning", async (_, line, more, message) => {
  await expect(hook(line, more).run()).rejects.toThrow(message);
  const { run, log } = hook(line, { ...more, required: false });
  await run();
  expect(log).toEqual([
    expect.stringMatching(/^The fence hook .* It is not required, so this node leads all the same/),
  ]);
});

it("R11: that does not end in time takes with it what it started, so that nothing goes on behind its back", async () => {
  const { run } = hook(`sleep 60 & echo $! > ${file("child")}; wait`, { timeoutMs: 1_000 });
  const failed = expect(run()).rejects.toThrow("did not end within");
  const child = await pidIn("child");
  expect(isAlive(child)).toBe(true);
  await failed;
  await vi.waitFor(() => expect(isAlive(child)).toBe(false), PATIENCE);
});

it("that nobody waits for any more is killed, and nobody is told that its node leads", async () => {
  const { run, log, unwanted } = hook(`echo $$ > ${file("self")}; sleep 60`, { required: false });
  const over = expect(run()).rejects.toThrow();
  const self = await pidIn("self");
  unwanted.abort();
  await over;
  await vi.waitFor(() => expect(isAlive(self)).toBe(false), PATIENCE);
  expect(log).toEqual([]);
});

describe("has succeeded when it ends with 0", () => {
  it("however much it prints", async () => {
    await hook("head -c 3000000 /dev/zero; head -c 3000000 /dev/zero >&2").run();
  });

  it("even if what it started goes on and holds its stdout", async () => {
    const { run } = hook(`(while [ ! -e ${file("stop")} ]; do sleep 0.05; done; echo > ${file("ended")}) &`);
    await run();
    writeFileSync(file("stop"), "");
    await vi.waitFor(() => expect(existsSync(file("ended"))).toBe(true), PATIENCE);
  });
});
