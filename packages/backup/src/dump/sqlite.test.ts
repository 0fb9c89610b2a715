import { closeSync, mkdtempSync, openSync, readdirSync, rmSync, statSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, it, onTestFinished } from "vitest";
import { sqliteDumper } from "./sqlite.ts";

const never = new AbortController().signal;

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "mo-sqlite-"));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

/** A database in use: in WAL mode, with a connection open and rows that are in the WAL only. */
function inUse(path: string): DatabaseSync {
  const db = new DatabaseSync(path);
  onTestFinished(() => db.close());
  db.exec(
    "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)",
  );
  db.exec(
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) INSERT INTO notes SELECT i, 'note ' || i FROM n",
  );
  db.exec("CREATE INDEX by_text ON notes (text)");
  return db;
}

it("copies a database that is in use, with what only its journal holds, into one file for its owner alone", async () => {
  const path = join(folder(), "notes.db");
  const db = inUse(path);
  const place = folder();
  const dumping = sqliteDumper({ name: "notes", path }).dump(place, never);
  db.exec("INSERT INTO notes VALUES (20001, 'written meanwhile')");
  const { files, notes } = await dumping;
  expect(readdirSync(place)).toEqual(files);
  expect(files).toEqual(["notes.db"]);
  expect(notes).toEqual([expect.stringMatching(/^integrity_check ok, \d+ pages$/)]);
  expect(statSync(join(place, "notes.db")).mode & 0o777).toBe(0o600);
  const copy = new DatabaseSync(join(place, "notes.db"), { readOnly: true });
  expect(copy.prepare("SELECT count(*) AS n FROM notes").get()?.n).toBeGreaterThanOrEqual(20_000);
  copy.close();
});

it("finds a damaged database out, instead of keeping a copy of the damage", async () => {
  const path = join(folder(), "notes.db");
  const db = inUse(path);
  db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  const file = openSync(path, "r+");
  for (let page = 20; page < 60; page++) writeSync(file, Buffer.alloc(4_000, page), 0, 4_000, page * 4_096);
  closeSync(file);
  const damaged = sqliteDumper({ name: "notes", path }).dump(folder(), never);
  await expect(damaged).rejects.toMatchObject({ code: "BACKUP_DUMP_DAMAGED" });
});

it("fails for a database that is missing or none, and makes none in its place", async () => {
  const home = folder();
  const missing = sqliteDumper({ name: "notes", path: join(home, "gone.db") }).dump(folder(), never);
  await expect(missing).rejects.toMatchObject({ code: "BACKUP_DUMP_FAILED" });
  expect(readdirSync(home)).toEqual([]);
  writeFileSync(join(home, "text.db"), "this is no database, and long enough to be looked at as one".repeat(100));
  const text = sqliteDumper({ name: "notes", path: join(home, "text.db") }).dump(folder(), never);
  await expect(text).rejects.toMatchObject({ code: "BACKUP_DUMP_FAILED" });
});

it("stops when the backup is called off", async () => {
  const path = join(folder(), "notes.db");
  inUse(path).exec("CREATE TABLE ballast AS SELECT zeroblob(30000000)");
  const aborting = new AbortController();
  const called = sqliteDumper({ name: "notes", path }).dump(folder(), aborting.signal);
  setImmediate(() => aborting.abort(new Error("called off")));
  await expect(called).rejects.toThrow("called off");
});
