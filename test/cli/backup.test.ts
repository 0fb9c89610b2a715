import { type ChildProcess, spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, it } from "vitest";
import { MCP_OPS, mcpOps } from "./command.ts";

const GOOD = {
  mcpServers: { weather: { command: "weather", env: { TOKEN: "canary-1" } }, notes: { command: "notes" } },
};
const BROKEN = { mcpServers: { weather: { command: "weather", env: { TOKEN: "canary-2" } } } };

let home: string;
let client: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "mcp-ops-cli-backup-"));
  client = join(home, "client.json");
  write(GOOD);
  config({ desktop: { sources: [{ path: "client.json" }] } });
  return () => rmSync(home, { recursive: true });
});

const write = (value: object) => writeFileSync(client, JSON.stringify(value));
const config = (sets: object) =>
  writeFileSync(join(home, "mcp-ops.yaml"), JSON.stringify({ backup: { folder: "backups", sets } }));
const backup = (...args: string[]) => mcpOps(["backup", ...args, "--config", join(home, "mcp-ops.yaml")]);
const json = async (...args: string[]) => JSON.parse((await backup(...args, "--json")).stdout);
const idsOf = (set: string) => readdirSync(join(home, "backups", set)).filter((name) => /^\d{8}T/.test(name));

it("saves a config, shows what broke in it without its values, and puts the last good one back", async () => {
  const made = await backup("create");
  expect(made).toMatchObject({ code: 0, stderr: "" });
  const [id = ""] = idsOf("desktop");
  expect(made.stdout).toMatch(new RegExp(`desktop +complete +1 .* ${id}`));
  write(BROKEN);
  const { stdout: diff } = await backup("diff");
  expect(diff).toMatch(
    /changed {2}.*client\.json[\s\S]*sha256[\s\S]*- mcpServers\.notes\.command\n.*~ mcpServers\.weather\.env\.TOKEN/,
  );
  expect(diff).not.toContain("canary");
  const restored = await backup("restore", "desktop", "--yes");
  expect(restored.code).toBe(0);
  expect(restored.stdout).toMatch(
    /replace {2}.*client\.json\nRestored: .*\nWhat was there before is kept as desktop\.safety\//,
  );
  expect(JSON.parse(readFileSync(client, "utf8"))).toEqual(GOOD);
  // The way back is the command it has named.
  const [, safety = ""] = /restore desktop\.safety (\S+)/.exec(restored.stdout) ?? [];
  expect(await backup("restore", "desktop.safety", safety, "--yes")).toMatchObject({ code: 0 });
  expect(JSON.parse(readFileSync(client, "utf8"))).toEqual(BROKEN);
});

it("has the safety copies of a set restored as that set itself: under its lock, with copies of their own beside them", async () => {
  await backup("create");
  write(BROKEN);
  const { safety } = await json("restore", "--yes");
  expect(await backup("restore", "desktop.safety", safety.id, "--yes")).toMatchObject({ code: 0 });
  expect(readdirSync(join(home, "backups")).sort()).toEqual(["desktop", "desktop.safety"]);
  expect(idsOf("desktop.safety")).toHaveLength(2);
  expect(await backup("verify", "desktop.safety")).toMatchObject({ code: 0 });
  expect(await json("drill", "desktop.safety", safety.id)).toMatchObject({ set: "desktop.safety", files: 1 });
  expect(await backup("create", "desktop.safety")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("Save desktop."),
  });
});

it("restores nothing when there is nobody to ask, after it has said what it would change", async () => {
  await backup("create");
  write(BROKEN);
  const dry = await backup("restore", "--dry-run");
  expect(dry).toMatchObject({ code: 0, stdout: expect.stringMatching(/replace {2}.*client\.json/) });
  const refused = await backup("restore");
  expect(refused).toMatchObject({ code: 2, stdout: dry.stdout });
  expect(refused.stderr).toContain("give --yes");
  expect(JSON.parse(readFileSync(client, "utf8"))).toEqual(BROKEN);
});

it("takes a backup out into a new folder, and leaves what is there", async () => {
  await backup("create");
  write(BROKEN);
  const target = join(home, "look");
  expect(await json("restore", "latest-good", "--target", target)).toMatchObject({ set: "desktop", target, files: 1 });
  expect(JSON.parse(readFileSync(join(target, "files/0/client.json"), "utf8"))).toEqual(GOOD);
  expect(JSON.parse(readFileSync(client, "utf8"))).toEqual(BROKEN);
  expect(await backup("restore", "--target", target)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("not empty"),
  });
});

it("ends create with 3 when a backup is partial and with 1 when one failed, and saves the other sets all the same", async () => {
  const optional = { sources: [{ path: "client.json" }, { path: "gone.json", required: false }] };
  config({ a: optional });
  const partial = await backup("create");
  expect(partial).toMatchObject({ code: 3, stdout: expect.stringMatching(/a: .*gone\.json is missing/) });
  config({ a: { sources: [{ path: "gone.json" }] }, b: optional, c: { sources: [{ path: "client.json" }] } });
  const failed = await backup("create", "--json");
  expect(failed.code).toBe(1);
  const outcomes = failed.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(outcomes.map(({ set, result }) => [set, result])).toEqual([
    ["a", "failed"],
    ["b", "partial"],
    ["c", "complete"],
  ]);
  expect(outcomes[0]).toMatchObject({ problems: [{ status: "missing", what: join(home, "gone.json") }] });
  expect(outcomes[0].backup).toBeUndefined();
  const listed = await backup("list", "a");
  expect(listed.stdout).toContain("The last attempt failed at");
});

it("refuses what another machine made, unsigned or signed by a stranger, until its key is trusted", async () => {
  const theirs = { backup: { folder: "theirs", sets: { desktop: { sources: [{ path: "client.json" }] } } } };
  const place = ["--config", join(home, "theirs.yaml")];
  const slipIn = async (signKey?: string) => {
    const sets = { desktop: { ...theirs.backup.sets.desktop, signKey } };
    writeFileSync(join(home, "theirs.yaml"), JSON.stringify({ backup: { ...theirs.backup, sets } }));
    const { backup: id } = JSON.parse((await mcpOps(["backup", "create", "--json", ...place])).stdout);
    cpSync(join(home, "theirs/desktop", id), join(home, "backups/desktop", id), { recursive: true });
    return id;
  };
  const unsigned = await slipIn();
  const unknown = await backup("restore", "desktop", unsigned, "--yes", "--json");
  expect(unknown).toMatchObject({ code: 1, stdout: "" });
  expect(JSON.parse(unknown.stderr).error).toMatchObject({
    code: "BACKUP_NOT_TRUSTED",
    message: expect.stringContaining("history does not know it"),
  });
  const source = { sources: [{ path: "client.json" }], signKey: "mine.key" };
  config({ desktop: source });
  expect(await backup("restore", unsigned, "--yes")).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("it is not signed"),
  });
  const signed = await slipIn("theirs.key");
  const stranger = await backup("restore", signed, "--yes");
  const [, key = ""] = /its signer (\S+) is not known here/.exec(stranger.stderr) ?? [];
  expect(stranger.code).toBe(1);
  expect(await backup("verify")).toMatchObject({ code: 1, stdout: expect.stringMatching(/NOT SOUND[\s\S]*FOREIGN/) });
  config({ desktop: { ...source, trustedKeys: [key] } });
  write(BROKEN);
  expect(await backup("restore", signed, "--yes")).toMatchObject({ code: 0 });
  expect(JSON.parse(readFileSync(client, "utf8"))).toEqual(GOOD);
});

it("finds a damaged archive with --read-data or by its size, and drills the one that is sound", async () => {
  await backup("create");
  expect(await backup("verify", "--read-data")).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^desktop: SOUND, 1 backup/),
  });
  expect(await json("drill")).toMatchObject({ set: "desktop", files: 1, isProbed: false });
  const [id = ""] = idsOf("desktop");
  truncateSync(join(home, "backups", "desktop", id, "data.tar.zst"), 20);
  const { isSound, backups } = await json("verify");
  expect({ isSound, backups }).toMatchObject({
    isSound: false,
    backups: [{ id, findings: [{ code: "BACKUP_ARCHIVE_DAMAGED" }] }],
  });
  expect(await backup("drill", id)).toMatchObject({ code: 1, stdout: "" });
});

it("says what prune would remove and why the rest stays, and then removes just that", async () => {
  config({ desktop: { sources: [{ path: "client.json" }], retention: { last: 1 } } });
  for (let i = 0; i < 2; i++) await backup("create");
  const ids = idsOf("desktop");
  const dry = await json("prune", "--dry-run");
  expect(dry).toMatchObject({ set: "desktop", isDryRun: true, alarms: [] });
  expect(dry.remove).toEqual(ids.slice(0, 1));
  expect(dry.keep).toEqual([{ id: ids[1], reasons: expect.arrayContaining(["last 1 of 1"]) }]);
  expect(idsOf("desktop")).toEqual(ids);
  expect(await backup("prune")).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/removed {2}no rule keeps it/),
  });
  const { backups, lastAttempt } = await json("list");
  expect(backups).toEqual([
    {
      id: ids[1],
      at: expect.any(String),
      result: "complete",
      files: 1,
      archiveBytes: expect.any(Number),
      verifiedAt: expect.any(String),
    },
  ]);
  expect(lastAttempt).toMatchObject({ result: "complete" });
});

it("needs no config: files and a folder on the command line do", async () => {
  const place = ["--set-path", client, "--folder", join(home, "backups")];
  expect(await mcpOps(["backup", "create", ...place])).toMatchObject({ code: 0 });
  write(BROKEN);
  expect(await mcpOps(["backup", "restore", "--yes", ...place])).toMatchObject({ code: 0 });
  expect(JSON.parse(readFileSync(client, "utf8"))).toEqual(GOOD);
  expect(await mcpOps(["backup", "list", "files.safety", ...place])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("files.safety: 1 backup"),
  });
});

const WRONG: readonly (readonly [args: readonly string[], words: string])[] = [
  [["restore", "desktop", "yesterday"], "yesterday is no backup. Give an id as mcp-ops backup list shows it"],
  [["list", "dekstop"], "has no set dekstop. It has desktop."],
  [["restore", "--dry-run", "--target", "/nowhere"], "--dry-run has nothing to say"],
  [["verify", "--signature"], "has neither signKey nor trustedKeys"],
  [["create", "--set-path", "x"], "say with --folder where the backups lie, too"],
  [["create", "two words", "--set-path", "x", "--folder", "y"], "its name must be a name of letters"],
  [["create", "--set-path", "x", "x", "--folder", "y"], "Give each a name of its own"],
];

it("answers a command line that cannot be meant with what to do, and ends with 2", async () => {
  const answers = await Promise.all(WRONG.map(([args]) => backup(...args)));
  for (const [index, [, words]] of WRONG.entries()) {
    expect(answers[index]).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining(words) });
  }
});

function start(
  args: string[],
  env: NodeJS.ProcessEnv = {},
): { child: ChildProcess; seen: () => string; ended: Promise<unknown> } {
  const child = spawn(MCP_OPS, ["backup", ...args, "--config", join(home, "mcp-ops.yaml")], {
    stdio: ["ignore", "pipe", "pipe"],
    cwd: home,
    env: { ...process.env, ...env },
  });
  let seen = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (seen += text));
  return {
    child,
    seen: () => seen,
    ended: new Promise((resolve) => child.once("close", (code, signal) => resolve(signal ?? code))),
  };
}

it("leaves nothing visible of a backup that is called off by Ctrl-C", async () => {
  mkdirSync(join(home, "data"));
  for (let i = 0; i < 4; i++) writeFileSync(join(home, "data", `${i}`), Buffer.alloc(40 << 20, i));
  config({ data: { sources: [{ path: "data" }], codec: "none" } });
  const folder = join(home, "backups", "data");
  const there = () => (existsSync(folder) ? readdirSync(folder) : []).filter((name) => /^(\d{8}T|\.tmp-)/.test(name));
  const staged = () => there().filter((name) => name.startsWith(".tmp-"));
  const calledOff = async () => {
    const { child, seen, ended } = start(["create"]);
    let isOver = false;
    void ended.then(() => (isOver = true));
    await expect.poll(() => isOver || staged().length > 0, { interval: 1 }).toBe(true);
    child.kill("SIGINT");
    return { code: await ended, said: seen() };
  };
  // One that was done before this process could call it off is no story of that: the next.
  let [before, off] = [there(), await calledOff()];
  while (off.code === 0) [before, off] = [there(), await calledOff()];
  expect(off).toEqual({ code: 1, said: expect.stringContaining("The backup was stopped. Nothing of it was kept.") });
  expect(there()).toEqual(before);
});

it("leaves nothing of what a drill unpacked when it is called off", async () => {
  const scratch = join(home, "scratch");
  mkdirSync(scratch);
  const source = { sources: [{ path: "client.json" }] };
  config({
    desktop: {
      ...source,
      probe: { program: "/bin/sh", args: ["-c", "touch probed; while [ ! -e go ]; do sleep 0.05; done"] },
    },
  });
  await backup("create");
  const { child, ended } = start(["drill"], { TMPDIR: scratch });
  await expect.poll(() => existsSync(join(home, "probed")), { interval: 1 }).toBe(true);
  expect(readdirSync(scratch)).toHaveLength(1);
  child.kill("SIGTERM");
  writeFileSync(join(home, "go"), "");
  await ended;
  expect(readdirSync(scratch)).toEqual([]);
});

it("watches: saves what changes, and names with an alarm the command that puts the last good one back", async () => {
  config({ desktop: { sources: [{ path: "client.json" }], watch: { quietMs: 50, minIntervalMs: 0 } } });
  const { child, seen, ended } = start(["watch", "--json"]);
  const events = () =>
    seen()
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line));
  const count = (event: string) => events().filter((each) => each.event === event).length;
  await expect.poll(() => count("saved")).toBe(1);
  write({ mcpServers: { ...GOOD.mcpServers, more: { command: "more" } } });
  await expect.poll(() => count("saved")).toBe(2);
  const good = readFileSync(client, "utf8");
  writeFileSync(client, '{"mcpServers": {"weather": {"command": "canary-3');
  await expect.poll(() => count("alarm")).toBe(1);
  const { kind, restore, message } = events().find(({ event }) => event === "alarm");
  expect(kind).toBe("invalid");
  expect(message).not.toContain("canary");
  expect(restore).toBe(
    `mcp-ops backup restore desktop ${idsOf("desktop").at(-1)} --yes --config ${join(home, "mcp-ops.yaml")}`,
  );
  expect(await mcpOps(restore.split(" ").slice(1))).toMatchObject({ code: 0 });
  expect(readFileSync(client, "utf8")).toBe(good);
  await expect.poll(() => count("alarm-ended")).toBe(1);
  child.kill("SIGINT");
  expect(await ended).toBe(0);
});
