import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { openConfigWatch, type WatchOptions } from "./config-watch.ts";

function temp(): string {
  const folder = mkdtempSync(join(tmpdir(), "mo-watch-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const holding = (...names: string[]) =>
  JSON.stringify({ mcpServers: Object.fromEntries(names.map((name) => [name, { env: { TOKEN: "canary" } }])) });

/** So long that only events of the system can tell in time. */
const NEVER = 3_600_000;

async function watching(path: string, options: Partial<WatchOptions> & { required?: string[]; known?: string[] } = {}) {
  const changes: string[] = [];
  const told: string[] = [];
  const { required, known, ...rest } = options;
  const watch = await openConfigWatch({
    configs: [{ path, format: "json", servers: ["mcpServers"], required, known }],
    onChange: (paths) => {
      changes.push(...paths);
      throw new Error("the listener is broken");
    },
    onAlarm: (begun, ended) => {
      told.push(
        ...begun.map(({ kind, servers }) => `${kind} ${servers}`),
        ...ended.map(({ kind }) => `end of ${kind}`),
      );
    },
    quietMs: 20,
    lookEveryMs: NEVER,
    ...rest,
  });
  onTestFinished(() => watch[Symbol.asyncDispose]());
  const changed = (times: number) => expect.poll(() => changes).toHaveLength(times);
  return { watch, changes, told, changed };
}

/** As editors save: a new file takes the place of the old one. */
function replace(path: string, text: string): void {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}

describe("watching a configuration", () => {
  it("tells of a write, of a file put in its place, of its removal and of its return", async () => {
    const path = join(temp(), "mcp.json");
    writeFileSync(path, holding("a"));
    const { changed, watch } = await watching(path);
    writeFileSync(path, holding("a", "b"));
    await changed(1);
    for (const [index, names] of [
      ["a", "b", "c"],
      ["a", "b", "c", "d"],
    ].entries()) {
      replace(path, holding(...names));
      await changed(2 + index);
    }
    unlinkSync(path);
    await changed(4);
    expect(watch.alarms).toEqual([expect.objectContaining({ kind: "missing", servers: ["a", "b", "c", "d"] })]);
    writeFileSync(path, holding("a", "b", "c", "d"));
    await changed(5);
    expect(watch.alarms).toEqual([]);
  });

  it("hears of a file whose folders appear later, go, and come again", async () => {
    const home = temp();
    const path = join(home, "deep", "er", "mcp.json");
    const { changed } = await watching(path);
    for (const times of [1, 3]) {
      mkdirSync(join(home, "deep", "er"), { recursive: true });
      writeFileSync(path, holding("a"));
      await changed(times);
      rmSync(join(home, "deep"), { recursive: true });
      await changed(times + 1);
    }
    mkdirSync(join(home, "deep", "er"), { recursive: true });
    writeFileSync(path, holding("a"));
    await changed(5);
    writeFileSync(path, holding("a", "b"));
    await changed(6);
  });

  it("notices that another folder took the place of the one it watches", async () => {
    const home = temp();
    const path = join(home, "settings", "mcp.json");
    for (const folder of ["settings", "restored"]) mkdirSync(join(home, folder));
    writeFileSync(path, holding("a"));
    writeFileSync(join(home, "restored", "mcp.json"), holding("a", "b"));
    const { changed } = await watching(path);
    renameSync(join(home, "settings"), join(home, "settings.old"));
    renameSync(join(home, "restored"), join(home, "settings"));
    await changed(1);
    writeFileSync(path, holding("a", "b", "c"));
    await changed(2);
  });

  it("follows a link to the file that is really written", async () => {
    const [home, dotfiles] = [temp(), temp()];
    writeFileSync(join(dotfiles, "mcp.json"), holding("a"));
    symlinkSync(join(dotfiles, "mcp.json"), join(home, "mcp.json"));
    const { changed } = await watching(join(home, "mcp.json"));
    replace(join(dotfiles, "mcp.json"), holding("a", "b"));
    await changed(1);
  });

  it("tells of many writes once, when they came to rest, and of the same bytes not at all", async () => {
    const path = join(temp(), "mcp.json");
    writeFileSync(path, holding("a"));
    const { changed, changes, told } = await watching(path, { quietMs: 150 });
    for (const text of ["", holding("a").slice(0, 20), holding("b"), holding("a", "b", "c")]) writeFileSync(path, text);
    await changed(1);
    replace(path, holding("a", "b", "c"));
    writeFileSync(path, holding("a", "b", "c", "d"));
    await changed(2);
    expect(changes).toHaveLength(2);
    expect(told).toEqual([]);
  });

  it("does not wait for ever for rest", async () => {
    const path = join(temp(), "mcp.json");
    const { changes } = await watching(path, { quietMs: NEVER, maxWaitMs: 50 });
    writeFileSync(path, holding("a"));
    await expect.poll(() => changes.length).toBe(1);
  });

  it("looks by itself too, because of some changes no event tells", async () => {
    const home = temp();
    // As Kubernetes mounts a ConfigMap: all is changed by pointing a link on the way somewhere else.
    for (const version of ["v1", "v2"]) {
      mkdirSync(join(home, version));
      writeFileSync(join(home, version, "mcp.json"), holding(version));
    }
    mkdirSync(join(home, "mount"));
    symlinkSync(join(home, "v1"), join(home, "mount", "current"));
    const { changed } = await watching(join(home, "mount", "current", "mcp.json"), { lookEveryMs: 30 });
    symlinkSync(join(home, "v2"), join(home, "mount", "next"));
    renameSync(join(home, "mount", "next"), join(home, "mount", "current"));
    await changed(1);
  });
});

describe("alarms of a configuration", () => {
  it("begin when servers are lost, and end when they are back or somebody says that this is meant", async () => {
    const path = join(temp(), "mcp.json");
    writeFileSync(path, holding("github", "files", "db"));
    const { watch, told, changed } = await watching(path, { required: ["db"] });
    replace(path, holding("files", "db"));
    await changed(1);
    expect(told).toEqual(["servers-lost github"]);
    expect(watch.alarms[0]?.message).toMatch(/lost 1 of 3 servers: github\. Put the last good one back/);
    replace(path, holding("files"));
    await changed(2);
    expect(told.slice(1)).toEqual(["required-server-lost db"]);
    replace(path, holding("files", "db"));
    await changed(3);
    expect(told.slice(2)).toEqual(["end of required-server-lost"]);
    watch.accept(path);
    expect(told.slice(3)).toEqual(["end of servers-lost"]);
    expect(watch.alarms).toEqual([]);
  });

  it("begin when the file stops being JSON, without quoting it", async () => {
    const path = join(temp(), "mcp.json");
    writeFileSync(path, holding("github"));
    const { watch, told, changed } = await watching(path);
    writeFileSync(path, holding("github").slice(0, -3));
    await changed(1);
    expect(told).toEqual(["invalid "]);
    expect(watch.alarms[0]?.message).toMatch(/cannot be read: .* in line 1/);
    expect(JSON.stringify(watch.alarms)).not.toContain("canary");
    writeFileSync(path, "{}");
    await changed(2);
    expect(told.slice(1)).toEqual(["servers-lost github", "end of invalid"]);
  });

  it("tell also of what was lost while nobody watched", async () => {
    const path = join(temp(), "mcp.json");
    writeFileSync(path, holding("files"));
    const { told } = await watching(path, { known: ["files", "github"], required: ["db"] });
    expect(told).toEqual(["required-server-lost db", "servers-lost github"]);
  });
});
