import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { commandDumper } from "./command.ts";

const never = new AbortController().signal;

function folder(finished: (clean: () => void) => void = onTestFinished): string {
  const made = mkdtempSync(join(tmpdir(), "mo-dump-"));
  finished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

const shell = (script: string, env: Record<string, string> = {}, timeoutMs?: number) =>
  commandDumper({ name: "notes", program: "/bin/sh", args: ["-c", script], env, timeoutMs });

it("saves what a command prints, for its owner alone, with its length and sum", async () => {
  const place = folder();
  const { files, notes } = await shell("printf hello").dump(place, never);
  expect(files).toEqual(["output"]);
  expect(readFileSync(join(place, "output"), "utf8")).toBe("hello");
  expect(statSync(join(place, "output")).mode & 0o777).toBe(0o600);
  expect(notes).toEqual(["5 bytes, sha256 2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"]);
});

it.each([
  ["exits with a code", "echo half; echo no such table >&2; exit 3", /ended with code 3.*no such table/],
  ["is killed", "echo half; kill -9 $$", /ended with SIGKILL/],
  ["prints nothing", "true", /printed nothing/],
])("fails when the command %s, however much it printed", async (_, script, message) => {
  await expect(shell(script).dump(folder(), never)).rejects.toMatchObject({
    code: "BACKUP_DUMP_FAILED",
    message: expect.stringMatching(message),
  });
});

it("gives the command no environment but what is listed, and shows none of that when it fails", async () => {
  process.env.MCP_OPS_CANARY = "inherited";
  onTestFinished(() => void delete process.env.MCP_OPS_CANARY);
  const place = folder();
  await shell("env | sort", { TOKEN: "canary" }).dump(place, never);
  const names = readFileSync(join(place, "output"), "utf8").split("\n");
  expect(
    names.map((line) => line.split("=")[0]).filter((name) => !["", "PWD", "SHLVL", "_"].includes(name ?? "")),
  ).toEqual(["PATH", "TOKEN"]);
  const failing = shell("echo the token is $TOKEN >&2; exit 1", { TOKEN: "canary" }).dump(folder(), never);
  const message = await failing.catch((error: Error) => error.message);
  expect(message).toContain("[redacted]");
  expect(message).not.toContain("canary");
});

// Both wait for the end of the grace that a program has.
it.concurrent("ends a command that hangs when its time is over, though what it started holds its output open", async (test) => {
  const place = folder(test.onTestFinished);
  const pidFile = join(place, "pid");
  test.onTestFinished(() => {
    if (existsSync(pidFile)) process.kill(Number(readFileSync(pidFile, "utf8")), "SIGKILL");
  });
  const hanging = shell(`setsid sh -c 'echo $$ > ${pidFile}; exec sleep 600' & echo half; wait`, {}, 500).dump(
    place,
    never,
  );
  await expect(hanging).rejects.toMatchObject({
    code: "BACKUP_DUMP_FAILED",
    message: expect.stringMatching(/The dump of notes did not end within 0\.5 s and was stopped.*timeoutMs/),
  });
});

it.concurrent("stops the command and all it started when the backup is called off", async (test) => {
  const place = folder(test.onTestFinished);
  const pids = join(place, "pids");
  const aborting = new AbortController();
  const dumping = shell(`echo $$ > ${pids}; (trap '' TERM; echo $$; sleep 600) & echo half; wait`).dump(
    place,
    aborting.signal,
  );
  const outcome = expect(dumping).rejects.toThrow("called off");
  await expect.poll(() => readdirSync(place).includes("pids") && readFileSync(pids, "utf8")).toMatch(/\d+\n/);
  aborting.abort(new Error("called off"));
  await outcome;
  const pid = Number(readFileSync(pids, "utf8"));
  await expect.poll(() => aliveInGroup(pid)).toEqual([]);
});

it("wants a whole path, and says so when the program is not there", async () => {
  expect(() => commandDumper({ name: "notes", program: "dump.sh" })).toThrow(
    expect.objectContaining({ code: "BACKUP_DUMP_INVALID" }),
  );
  const gone = commandDumper({ name: "notes", program: "/nowhere/dump.sh" }).dump(folder(), never);
  await expect(gone).rejects.toMatchObject({ code: "BACKUP_PROGRAM_MISSING" });
  const script = join(folder(), "plain.sh");
  writeFileSync(script, "#!/bin/sh\necho hello\n");
  chmodSync(script, 0o600);
  const plain = commandDumper({ name: "notes", program: script }).dump(folder(), never);
  await expect(plain).rejects.toMatchObject({ code: "BACKUP_PROGRAM_MISSING" });
});

it("takes a large dump as it comes, not into memory", async () => {
  const place = folder();
  const before = process.memoryUsage().rss;
  const { notes } = await shell("head -c 300000000 /dev/zero").dump(place, never);
  expect(notes[0]).toContain("300000000 bytes");
  expect(process.memoryUsage().rss - before).toBeLessThan(150_000_000);
});

/** Without those that are dead and only wait for somebody to ask. */
function aliveInGroup(group: number): string[] {
  const all = execFileSync("ps", ["-e", "-o", "pgid=,stat="], { encoding: "utf8" }).split("\n");
  return all
    .map((line) => line.trim().split(/\s+/))
    .flatMap(([pgid, state = "Z"]) => (Number(pgid) === group && !state.startsWith("Z") ? [state] : []));
}
