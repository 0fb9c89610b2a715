/** A standby that has the primary's data, and knows how old they are. */
import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openSignKey, publicKeyOf } from "@mcp-ops/backup";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { ask, bearer } from "../sidecar/asking.ts";
import { PATIENCE } from "../sidecar/house.ts";
import { Group, type Member } from "./group.ts";

const COMMAND = fileURLToPath(new URL("../../packages/cli/bin/mcp-ops.js", import.meta.url));
const TOKEN = "a-token-of-this-group-only";
let group: Group;
let a: Member;
let b: Member;
const keys: Record<string, string> = {};

/** Probed often, since the age of the data is looked at then. */
const QUICK = "server: { everyMs: 100 }";
const trusting = (key: string, more = "") => [
  QUICK,
  "maxSyncLagMs: 600000",
  `sync: { set: notes, everyMs: 100, trustedKeys: ["${key}"]${more} }`,
];

beforeAll(async () => {
  group = await Group.open("a", "b");
  [a, b] = [group.member("a"), group.member("b")];
  for (const { name, house } of [a, b]) {
    mkdirSync(join(house.folder, "data"));
    writeFileSync(notes(group.member(name)), `written by ${name}`);
    keys[name] = publicKeyOf(openSignKey(join(house.folder, "backup.key")));
  }
  // More than a piece, and more than two.
  writeFileSync(big(a), randomBytes(9 * 1024 * 1024));
  group.sections = (name) => `backup:
  sets:
    notes:
      sources: [{ path: data, name: data }]
      signKey: backup.key
      trustedKeys: ["${keys[name === "a" ? "b" : "a"]}"]
      schedule: "0 0 1 1 *"
      watch: { enabled: false }
      offer: true
`;
  await Promise.all([start("a"), start("b")]);
});
afterAll(() => group[Symbol.asyncDispose]());

function start(name: "a" | "b"): Promise<Member> {
  return group.start(name, trusting(keys[name === "a" ? "b" : "a"] as string));
}

function notes({ house }: Member): string {
  return join(house.folder, "data", "notes.txt");
}

function big({ house }: Member): string {
  return join(house.folder, "data", "big");
}

function quoted(...words: readonly string[]): string {
  return words.map((word) => `'${word}'`).join(" ");
}

/** A backup that is complete and was read again. Gives its id. */
async function save(member: Member): Promise<string> {
  const set = async () => (await member.api("/api/v1/backups/notes")).body;
  const { lastComplete: before } = await set();
  expect(await member.api("/api/v1/backups/notes/run", { method: "POST" })).toMatchObject({ status: 202 });
  return vi.waitFor(async () => {
    const { lastComplete } = await set();
    expect(lastComplete).toSatisfy((id) => id !== undefined && id !== before);
    return String(lastComplete);
  }, PATIENCE);
}

async function lagOf(member: Member): Promise<number | undefined> {
  const { body } = await member.page("/metrics");
  const [, seconds] = /^mcp_ops_failover_sync_lag_seconds\{.*\} (\S+)$/m.exec(body) ?? [];
  return seconds === undefined ? undefined : Number(seconds);
}

test("a group of which nobody knows how old its data are waits for somebody who says whose data count", async () => {
  await a.untilView({ role: "standby", primary: null, healthy: true, reasons: ["sync-lag"] });
  const first = { method: "POST", body: { candidate: "a", force: true } } as const;
  expect((await a.api("/api/v1/failover/failover", first)).status).toBeLessThan(300);
  await a.untilPage("/primary", 200);
  await b.untilView({ primary: { node: "a" }, reasons: ["sync-lag"] });
  expect(await lagOf(b)).toBeUndefined();
});

test("a standby stages what the primary has saved as the primary, and its age makes it eligible", async () => {
  const id = await save(a);
  await b.untilView({ sync: { set: "notes", staged: id, trouble: "" }, reasons: [], content: true });
  await vi.waitFor(async () => expect(await lagOf(b)).toBeLessThan(60), PATIENCE);
  expect(await b.page("/readyz?lag=10m")).toMatchObject({ status: 200 });
  expect((await b.page("/metrics")).body).toMatch(
    /^mcp_ops_failover_syncs_total\{group="weather",node="b",result="staged"\} 1$/m,
  );
  expect(readFileSync(notes(b), "utf8")).toBe("written by b");
});

test("nobody gets a backup without the token, and of a set that is not offered nobody does", async () => {
  const { admin } = a.daemon as { admin: string };
  for (const path of ["offer", "piece"]) {
    const body = { id: "20261121T000000000Z-000000", file: "manifest.json", start: 0 };
    expect(await ask(admin, `/api/v1/backups/notes/${path}`, { method: "POST", body })).toMatchObject({ status: 401 });
    const shown = { ...bearer(TOKEN), method: "POST", body };
    if (path === "piece")
      expect(await ask(admin, `/api/v1/backups/notes/${path}`, shown)).toMatchObject({ status: 404 });
  }
  const outside = { id: "../../..", file: "../chain.jsonl", start: 0 };
  for (const body of [outside, { ...outside, id: (await b.view()).sync as object }, {}]) {
    const { status } = await a.api("/api/v1/backups/notes/piece", { method: "POST", body });
    expect([400, 404]).toContain(status);
  }
});

test("a backup that no trusted key has signed is refused, with the reason, and what was staged stays", async () => {
  const { sync } = await b.view();
  await group.change("b", trusting(keys.b as string));
  await save(a);
  await b.untilView({
    sync: { staged: (sync as { staged: string }).staged, trouble: expect.stringContaining("its signer") },
    content: false,
    message: expect.stringContaining("not brought up to date"),
  });
  await group.change("b", trusting(keys.a as string, ", maxBytes: 10"));
  await b.untilView({ sync: { trouble: expect.stringContaining("10 bytes") } });
  await group.change("b", trusting(keys.a as string));
  await b.untilView({ sync: { trouble: "" }, reasons: [] });
});

test("after the loss of the primary a fence hook can restore what is staged, before the standby leads", async () => {
  const { folder } = (await b.view()).sync as { folder: string };
  const restore = ["backup", "restore", "notes", "latest-good", "--folder", folder, "--yes"];
  const hook = join(b.house.folder, "restore-staged");
  // What a node has that led itself before is newer than what is staged here.
  const lines = [
    "#!/bin/sh",
    '[ "$FAILOVER_PREVIOUS" != a ] || exec \\',
    quoted(process.execPath, COMMAND, ...restore, "--config", b.house.config),
  ];
  writeFileSync(hook, lines.join("\n"), { mode: 0o700 });
  await group.change("b", [...trusting(keys.a as string), `fence: { program: "${hook}" }`]);
  await b.untilView({ reasons: [], sync: { trouble: "" } });
  expect(readFileSync(notes(b), "utf8")).toBe("written by b");
  a.daemon?.child.kill("SIGKILL");
  await b.untilPage("/primary", 200);
  expect(readFileSync(notes(b), "utf8")).toBe("written by a");
  expect(readFileSync(big(b)).equals(readFileSync(big(a)))).toBe(true);
});

test("the old primary comes back as a standby, and stages what the new one saves", async () => {
  await start("a");
  await a.untilView({ role: "standby", primary: { node: "b" } });
  writeFileSync(notes(b), "newer");
  const id = await save(b);
  await a.untilView({ sync: { staged: id }, reasons: [] });
});
