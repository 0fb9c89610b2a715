import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { beforeEach, describe, expect, it } from "vitest";
import { MIGRATIONS } from "./migrations.ts";
import { openState } from "./state.ts";

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ops-state-"));
  file = join(folder, "deep", "sidecar.db");
  return () => rmSync(folder, { recursive: true });
});

const keep = (bootId: string) => {
  using state = openState(file);
  state.database.prepare("INSERT INTO fleet_slots VALUES (?, 1)").run(bootId);
};

const kept = () => {
  using state = openState(file);
  return state.database
    .prepare("SELECT boot_id FROM fleet_slots")
    .all()
    .map((row) => row.boot_id);
};

describe("the state", () => {
  it("is made for its owner alone, and keeps what it was given", () => {
    keep("a");
    expect(kept()).toEqual(["a"]);
    expect([statSync(file).mode & 0o777, statSync(join(folder, "deep")).mode & 0o777]).toEqual([0o600, 0o700]);
  });

  it("knows which migrations it has seen", () => {
    using state = openState(file);
    expect(state.database.prepare("PRAGMA user_version").get()).toEqual({ user_version: MIGRATIONS.length });
    expect(state.database.prepare("PRAGMA journal_mode").get()).toEqual({ journal_mode: "wal" });
  });

  it("belongs to one daemon at a time", () => {
    using _first = openState(file);
    expect(() => openState(file)).toThrow(expect.objectContaining({ code: "SIDECAR_STATE_IN_USE" }));
  });

  it("of a newer version is left alone", () => {
    keep("a");
    const database = new DatabaseSync(file);
    database.exec("PRAGMA user_version = 99");
    database.close();
    expect(() => openState(file)).toThrow(expect.objectContaining({ code: "SIDECAR_STATE_NEWER" }));
  });

  it("that cannot be opened is not taken for damaged", () => {
    rmSync(folder, { recursive: true });
    writeFileSync(folder, "");
    expect(() => openState(file)).toThrow(expect.objectContaining({ code: "SIDECAR_STATE_UNUSABLE" }));
  });
});

describe("damaged state", () => {
  const damages: readonly (readonly [string, () => void])[] = [
    [
      "is no database",
      () => writeFileSync(file, "this is no database, and it is longer than a header of one would be ".repeat(20)),
    ],
    ["lacks its end", () => truncateSync(file, statSync(file).size - 4096)],
    ["is overwritten in the middle", () => overwriteMiddle()],
  ];

  function overwriteMiddle() {
    const bytes = readFileSync(file);
    bytes.fill(0xff, 4096, 8192);
    writeFileSync(file, bytes);
  }

  it.each(damages)("that %s is set aside, byte for byte, and told of until it is gone", (_, damage) => {
    keep("a");
    damage();
    const bytes = readFileSync(file);
    {
      using state = openState(file);
      const movedTo = state.damage?.movedTo as string;
      expect(state.setAside()).toEqual([movedTo]);
      expect(readFileSync(movedTo)).toEqual(bytes);
      expect(state.database.prepare("SELECT * FROM fleet_slots").all()).toEqual([]);
    }
    using again = openState(file);
    const [left = ""] = again.setAside();
    expect([again.damage, existsSync(left)]).toEqual([undefined, true]);
    rmSync(left);
    expect(again.setAside()).toEqual([]);
  });
});
