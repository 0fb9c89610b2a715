import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  JOURNAL_FOLDER,
  type JournalLine,
  type JournalUse,
  parseJournalFileName,
  parseJournalLine,
} from "@mcp-ops/formats";
import { type Journal, type JournalOptions, journal } from "@mcp-ops/journal";
import { onTestFinished } from "vitest";

const boot = { pid: process.pid, bootId: "0123456789ab" };

/** A runtime folder, in which a sidecar has made the folder for journals unless there is none. */
export function runtimeFolder({ isRead = true } = {}): string {
  const folder = mkdtempSync(join(tmpdir(), "ops-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  if (isRead) makeJournalFolder(folder);
  return folder;
}

export function makeJournalFolder(runtime: string): void {
  mkdirSync(join(runtime, JOURNAL_FOLDER), { mode: 0o700 });
}

/** A journal that is closed with the test. */
export function newJournal(folder: string | undefined, options: Partial<JournalOptions> = {}): Journal {
  const one = journal({ boot, folder, ...options });
  onTestFinished(() => one.close());
  return one;
}

/** All whole lines of all journals in the folder. */
export function linesIn(runtime: string): readonly JournalLine[] {
  const folder = join(runtime, JOURNAL_FOLDER);
  const names = readdirSync(folder).filter((name) => parseJournalFileName(name) !== undefined);
  const texts = names.map((name) => readFileSync(join(folder, name), "utf8"));
  const lines = texts.flatMap((text) => text.split("\n").slice(0, -1));
  return lines.flatMap((line) => parseJournalLine(line) ?? []);
}

export function usesIn(runtime: string, method = "tools/call"): readonly JournalUse[] {
  return linesIn(runtime).filter((line): line is JournalUse => line.kind === "use" && line.method === method);
}

export function countIn(uses: readonly JournalUse[]): number {
  return uses.reduce((sum, { count }) => sum + count, 0);
}

/** Leaves a document as the sidecar does. */
export function leave(runtime: string, name: string, document: object | string): void {
  const path = join(runtime, JOURNAL_FOLDER, name);
  const text = typeof document === "string" ? document : JSON.stringify(document);
  writeFileSync(`${path}.tmp`, text, { mode: 0o600 });
  renameSync(`${path}.tmp`, path);
}

/** Lets what is under way end: an exchange ends when its answer was delivered, some microtasks after the client has it. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Writes what has ended. */
export async function written(used: Journal): Promise<void> {
  await turn();
  await used.flush();
}
