import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { startChild } from "./child.ts";
import { stopChild } from "./stop.ts";

const sh = (script: string) => ["sh", "-c", script];

/** Zombies do not count: where nobody reaps, as in a container without an init, the dead stay in the table. */
function isAlive(pid: number): boolean {
  const { stdout } = spawnSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" });
  return stdout.trim() !== "" && !stdout.startsWith("Z");
}

test("a child gets its words, its folder and its environment as they are", async () => {
  const show = "process.stdout.write(JSON.stringify([process.argv.slice(1), process.cwd(), process.env]))";
  for (const env of [
    { PATH: process.env.PATH, A: "it's", PWD: "/not/here" },
    { PATH: process.env.PATH, "b.c": "d" },
    { PATH: process.env.PATH, IFS: ",", OPTIND: "7", PPID: "1" },
  ]) {
    const child = await startChild([process.execPath, "-e", show, "a b", '"$x"', "it's", ""], { env, cwd: "/" });
    const seen = JSON.parse(await text(child.stdout));
    expect(seen).toEqual([["a b", '"$x"', "it's", ""], "/", env]);
    expect(await child.ended).toEqual({ code: 0, signal: null });
  }
});

test("a child's exit code or signal is known", async () => {
  const failed = await startChild(sh("exit 7"));
  expect(await failed.ended).toEqual({ code: 7, signal: null });
  const killed = await startChild(sh("kill -s KILL $$"));
  expect(await killed.ended).toEqual({ code: null, signal: "SIGKILL" });
});

test("a command that is not there is an error that says so", async () => {
  await expect(startChild(["no-such-server"])).rejects.toMatchObject({
    code: "PROXY_COMMAND_MISSING",
    message: expect.stringContaining('no command "no-such-server". It is nowhere on the PATH'),
  });
  await expect(startChild(["./no-such-server"], { cwd: "/tmp" })).rejects.toThrow("/tmp/no-such-server is not there");
});

test("what a child leaves behind ends with it, even where it holds the output or ignores SIGTERM", async () => {
  const child = await startChild(sh("(trap '' TERM; echo $$; sleep 600; sleep 600) & echo $!"));
  const output = text(child.stdout);
  expect(await child.ended).toEqual({ code: 0, signal: null });
  const pid = Number((await output).trim().split("\n")[0]);
  await expect.poll(() => isAlive(pid)).toBe(false);
});

test("who left the group keeps neither the output open nor us waiting", async () => {
  const child = await startChild(sh("setsid sleep 600 & echo $!"));
  const [runaway] = await once(child.stdout, "data");
  await child.ended;
  expect(isAlive(Number(runaway))).toBe(true);
  process.kill(Number(runaway), "SIGKILL");
});

test("a child that ignores the end of its stdin is asked to end, and one that ignores that is ended", async () => {
  const deaf = await startChild(sh("echo up; sleep 600"));
  await once(deaf.stdout, "data");
  expect(await stopChild(deaf, 50)).toEqual({ code: null, signal: "SIGTERM" });
  const stubborn = await startChild(sh("trap '' TERM; echo up; sleep 600; sleep 600"));
  await once(stubborn.stdout, "data");
  expect(await stopChild(stubborn, 50)).toEqual({ code: null, signal: "SIGKILL" });
});
