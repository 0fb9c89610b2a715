import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { loadConfig } from "../config/load.ts";
import { DUTY_PLANS } from "../duties/index.ts";
import { backupSetOf } from "./open-set.ts";
import type { BackupSettings } from "./settings.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ops-sets-"));
  return () => rmSync(folder, { recursive: true });
});

function load(set: string): BackupSettings {
  const file = join(folder, "mcp-ops.yaml");
  writeFileSync(file, `backup:\n  sets:\n    ${set}\n`);
  return loadConfig({ file, env: {}, duties: DUTY_PLANS }).config.backup as BackupSettings;
}

async function opened(set: string) {
  const settings = load(set).sets.a;
  if (settings === undefined) throw new Error("There is no set a.");
  return backupSetOf("a", settings, { folder, env: { HOME: folder } });
}

const DATABASE = "a: { databases: { b:";

describe("what is wrong with a set is told by its key", () => {
  it.each([
    ["a: { schedule: daily }", "backup.sets.a.schedule cannot be so: the schedule"],
    ["a: { timeZone: Nowhere/At-all }", "backup.sets.a.schedule cannot be so"],
    ["a: { sources: [{ path: x, glob: y }] }", "backup.sets.a.sources.0 must have either path"],
    ["a: { sources: [{ path: x, requird: true }] }", "requird is no key of the config. Did you mean required?"],
    ["a: { schedul: x }", "backup.sets.a.schedul is no key of the config. Did you mean schedule?"],
    ["a: { retention: { last: 0 } }", "backup.sets.a.retention.last cannot be so"],
    [`${DATABASE} { kind: sqlite, pth: x } } }`, "backup.sets.a.databases.b.pth is no key"],
    [`${DATABASE} { kind: mysql } } }`, "must have a kind: postgres, sqlite or command"],
    [`${DATABASE} { kind: command, program: sh } } }`, "must be a whole path"],
    [`${DATABASE} { kind: postgres, user: u, database: d, password: hunter2 } } }`, "must say where the secret is"],
    ["a: { recipients: [AGE-SECRET-KEY-1HUNTER2] }", "must be an age recipient"],
    // One letter off.
    [
      "a: { recipients: [age1vah85eu0d7s7sdp8pldpewthuuc8weu0v79sz57cnr7034wxqfmqqz2ppz] }",
      "must be an age recipient without a typing error",
    ],
    ["'../a': {}", "must be a name of letters"],
    ["a: {}", "backup.sets.a.sources must name something to save"],
    ["a: { trustedKeys: [hunter2] }", "backup.sets.a.trustedKeys.0 must be a public key"],
    ["a: { sources: [{ path: x }, { path: x }] }", "Give each a name of its own"],
    ["a: { sources: [{ glob: '*.{a,b}' }] }", "Write it as several sources"],
    ["a.safety: { discover: [clients] }", "backup.sets.a.safety must not end so"],
  ])("%s", (set, complaint) => {
    expect(() => load(set)).toThrow(complaint);
    expect(() => load(set)).toThrow(expect.objectContaining({ message: expect.not.stringMatching(/hunter2/i) }));
  });
});

describe("a set", () => {
  it("reads its paths from the folder of the config", async () => {
    const { set } = await opened(
      "a: { sources: [{ path: x.json }, { glob: '*.toml', required: false }], signKey: key }",
    );
    expect(set).toMatchObject({
      name: "a",
      sources: [
        { path: join(folder, "x.json"), required: true },
        { glob: join(folder, "*.toml"), required: false },
      ],
      signKeyFile: join(folder, "key"),
    });
  });

  it("saves of the known places what is there, may restore and watches all of them, and none twice", async () => {
    const claude = join(folder, ".claude.json");
    writeFileSync(claude, "{}");
    const { set, restorable, watched } = await opened(
      "a: { sources: [{ path: .claude.json }], discover: [clients], watch: { requiredServers: { .claude.json: [x] } } }",
    );
    expect(set.sources.map(({ path }) => path)).toEqual([claude]);
    expect(restorable.sources).toContainEqual({ path: join(folder, ".cursor", "mcp.json"), required: false });
    expect(restorable.sources.filter(({ path }) => path === claude)).toHaveLength(1);
    expect(watched.find(({ path }) => path === claude)).toMatchObject({ format: "json", required: ["x"] });
    expect(watched).toHaveLength(restorable.sources.length);
  });

  it("needs the secrets of its databases only when it dumps them", async () => {
    const { set } = await opened(
      `${DATABASE} { kind: postgres, user: u, database: d, password: { file: nowhere } } } }`,
    );
    const [dumper] = set.dumpers ?? [];
    await expect(dumper?.dump(folder, AbortSignal.timeout(1_000))).rejects.toMatchObject({
      code: "SIDECAR_SECRET_UNREADABLE",
      message: expect.stringContaining("backup.sets.a.databases.b.password"),
    });
  });
});
