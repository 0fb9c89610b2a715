/** What the tests of the duty `backup` ask a daemon, and the sets it keeps. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, vi } from "vitest";
import { ask, bearer } from "./asking.ts";
import { type Daemon, House, PATIENCE } from "./house.ts";

const TOKEN = "a-token-of-this-test-only";
export const ENV = { ADMIN_TOKEN: TOKEN, S3_ID: "writer", S3_KEY: "not looked at" };
const ADMIN = "admin: { token: { env: ADMIN_TOKEN } }\n";

/** What the configs of the clients say; nothing runs by the clock in the time of a test. */
export const CLIENTS =
  "clients: { discover: [clients], schedule: '0 0 1 1 *', watch: { quietMs: 50, minIntervalMs: 0 } }";

export class BackupHouse extends House {
  readonly backups: string = join(this.folder, "state", "mcp-ops", "backups");

  /** A daemon with these sets. */
  keeping(...sets: readonly string[]): Promise<Daemon> {
    return this.daemon(configOf(sets), ENV);
  }

  /** The same config for a daemon that runs. */
  rewrite(...sets: readonly string[]): void {
    this.write(configOf(sets));
  }

  /** What is visible of a set, oldest first. */
  visible(set: string): readonly string[] {
    const folder = join(this.backups, set);
    return existsSync(folder) ? readdirSync(folder).filter((name) => /^\d{8}T/.test(name)) : [];
  }
}

export function configOf(sets: readonly string[]): string {
  return `${ADMIN}backup:\n  sets:\n${sets.map((set) => `    ${set}\n`).join("")}`;
}

export async function api(running: Daemon, path: string, method = "GET") {
  const { status, body } = await ask(running.admin, `/api/v1/backups${path}`, { ...bearer(TOKEN), method });
  return { status, body: JSON.parse(body) as Record<string, unknown> };
}

/** The metrics of the backups, by name and labels. */
export async function figures(running: Daemon): Promise<Readonly<Record<string, number>>> {
  const { body } = await ask(running.probes, "/metrics");
  const lines = [...body.matchAll(/^mcp_backup_(\S+) (\S+)$/gm)];
  return Object.fromEntries(lines.map(([, name, value]) => [name, Number(value)]));
}

/** The API, unlike the page, is never a second old. */
export async function until(running: Daemon, set: string, state: object): Promise<void> {
  await vi.waitFor(async () => expect((await api(running, `/${set}`)).body).toMatchObject(state), PATIENCE);
}

export async function untilShown(running: Daemon, name: string, value: number): Promise<void> {
  await vi.waitFor(async () => expect((await figures(running))[name]).toBe(value), PATIENCE);
}

export async function dutyOf(running: Daemon): Promise<{ content: boolean; message: string } | undefined> {
  const { body } = await ask(running.admin, "/api/v1/status", bearer(TOKEN));
  const { duties } = JSON.parse(body) as { duties: { name: string; content: boolean; message: string }[] };
  return duties.find(({ name }) => name === "backup");
}

/** Runs a set, and resolves when that has been looked after, too. */
export async function run(running: Daemon, set: string): Promise<void> {
  const { lastComplete } = (await api(running, `/${set}`)).body;
  await api(running, `/${set}/run`, "POST");
  await vi.waitFor(async () => {
    const { body } = await api(running, `/${set}`);
    expect(body.lastComplete).not.toBe(lastComplete);
    expect(body.runningSince).toBeUndefined();
  }, PATIENCE);
}
