import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BackupStore, createBackup, removeBackup, verifySet } from "@mcp-ops/backup";
import type { Transition } from "@mcp-ops/failover";
import { afterEach, beforeEach, expect, it } from "vitest";
import { backupStoreOf } from "../backup/open-set.ts";
import { type BackupSettings, backupSection } from "../backup/settings.ts";
import { openState, type State } from "../state/state.ts";
import { BackupBook } from "./books/backups.ts";
import { FailoverBook } from "./books/failovers.ts";

let folder: string;
let state: State;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ops-slo-"));
  state = openState(join(folder, "sidecar.db"));
});
afterEach(() => {
  state[Symbol.dispose]();
  rmSync(folder, { recursive: true });
});

const EVER = ["1971", "2999"] as const;

it("knows of backups that retention has removed since, which were read again, and which failed", async () => {
  const place = { folder, env: {} };
  const file = join(folder, "notes.txt");
  const sets = { notes: { sources: [{ path: file }] } };
  const settings: BackupSettings = backupSection.parse({ folder: "backups", sets });
  const store: BackupStore = backupStoreOf(settings, place);
  const set = { name: "notes", sources: [{ path: file, required: true }] };
  const book = new BackupBook(state.database);

  writeFileSync(file, "one");
  const { ref } = await createBackup(store, set);
  await verifySet(store, "notes", { readData: true });
  await book.look(settings, place);
  const [before] = book.month(...EVER);
  expect(before).toMatchObject({
    set: "notes",
    complete: 1,
    failed: 0,
    verified: 1,
    lastVerifiedAt: expect.any(String),
  });

  if (ref === undefined) throw new Error("There is no backup.");
  await removeBackup(store, ref, "no rule of retention wants it");
  rmSync(file);
  await createBackup(store, set).catch(() => {});
  await book.look(settings, place);
  await book.look(settings, place);
  expect(book.month(...EVER)).toMatchObject([{ complete: 1, failed: 1, verified: 1 }]);
  expect(book.month("1971", "1972")).toEqual([]);
});

it("tells when the node began and ceased to lead, in words, and of nothing twice", () => {
  const add = (from: Transition["from"], to: Transition["to"], why: Transition["why"]) => {
    const at = "2026-10-20T12:00:00.000Z";
    const transition: Transition = { group: "g", node: "a", at, from, to, why, text: "", token: "1", afterMs: 1 };
    state.database.prepare("INSERT INTO failover_history (record) VALUES (?)").run(JSON.stringify(transition));
  };
  const book = new FailoverBook(state.database);
  add("standby", "acquiring", "lease-free");
  add("preparing", "leading", "promoted");
  book.look();
  add("leading", "draining", "health");
  add("draining", "releasing", "drained");
  book.look();
  book.look();
  expect(book.between(...EVER)).toMatchObject([
    { event: "took over", why: "it had the lease" },
    { event: "gave up", why: "its server was ill" },
  ]);
});
