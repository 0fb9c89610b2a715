/** A standby gets the primary's data over TLS, and from the bucket to which the primary sends them. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openSignKey, publicKeyOf } from "@mcp-ops/backup";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
// @boundaries-ignore makes a certificate for tests, and is in no package that is published
import { certificate } from "../../packages/failover/testing/certificate.ts";
import { Bucket } from "../sidecar/bucket.ts";
import { PATIENCE } from "../sidecar/house.ts";
import { Group, LONG_TTL_MS, type Member } from "./group.ts";

const IDENTITY = "{ accessKeyId: { env: S3_ID }, secretAccessKey: { env: S3_KEY } }";

let group: Group;
let a: Member;
let b: Member;
let bucket: Bucket;
let key: string;

beforeAll(async () => {
  bucket = await new Bucket().open();
  group = await Group.lasting(LONG_TTL_MS, "a", "b");
  group.env = { S3_ID: "writer", S3_KEY: "not looked at" };
  [a, b] = [group.member("a"), group.member("b")];
  group.tls = certificate(a.house.folder, "admin").files;
  mkdirSync(join(a.house.folder, "data"));
  key = publicKeyOf(openSignKey(join(a.house.folder, "backup.key")));
  group.sections = (name) => (name === "a" ? `backup:\n  sets:\n    ${setOfA()}\n` : "");
  await group.start("a", ["server: { everyMs: 100 }"]);
  await a.untilPage("/primary", 200);
});
afterAll(async () => {
  await group[Symbol.asyncDispose]();
  await bucket[Symbol.asyncDispose]();
});

function setOfA(): string {
  const offsite = `{ bucket: kept, endpoint: "${bucket.endpoint}", identity: ${IDENTITY}, allowPlaintext: true }`;
  const when = `schedule: "0 0 1 1 *", watch: { enabled: false }`;
  return `notes: { sources: [{ path: data, name: data }], signKey: backup.key, offer: true, offsite: ${offsite}, ${when} }`;
}

const synced = (more = "") => [
  "server: { everyMs: 100 }",
  "maxSyncLagMs: 600000",
  `sync: { set: notes, everyMs: 100, trustedKeys: ["${key}"]${more} }`,
];

async function save(text: string): Promise<string> {
  writeFileSync(join(a.house.folder, "data", "notes.txt"), text);
  const last = async () => (await a.api("/api/v1/backups/notes")).body.lastComplete;
  const before = await last();
  expect(await a.api("/api/v1/backups/notes/run", { method: "POST" })).toMatchObject({ status: 202 });
  await vi.waitFor(async () => expect(await last()).not.toBe(before), PATIENCE);
  return String(await last());
}

/** b with a certificate in its hands that is not that of a. */
function mistrusting(lines: readonly string[]): string {
  const { files } = certificate(b.house.folder, "other");
  return group.config("b", lines).replace(/, ca: "[^"]+"/, `, ca: "${files.cert}"`);
}

async function changeB(config: string): Promise<void> {
  b.house.write(config);
  expect(await b.daemon?.hangUp()).toContain("read again");
}

test("over TLS from the sidecar of the primary, and not when its certificate is of nobody it trusts", async () => {
  const id = await save("first");
  await group.start("b", synced(), { PRIMARY_HOST: `127.0.0.1:${a.adminPort}` });
  expect(b.daemon?.err.join()).toContain("PRIMARY_HOST is where the sidecar of one other node is");
  await b.untilView({ sync: { staged: id, trouble: "" }, reasons: [], content: true });
  // Now it is what says where a is.
  await changeB(group.config("b", synced()).replace(/url: "https:[^"]+", token: { env: ADMIN/, "token: { env: ADMIN"));
  const next = await save("next");
  await b.untilView({ sync: { staged: next, trouble: "" } });
  await changeB(mistrusting(synced()));
  await b.untilView({ sync: { trouble: expect.stringMatching(/a cannot be asked: .*(certificate|signed)/i) } });
});

test("from the bucket, when the primary itself cannot be asked", async () => {
  const offsite = `{ bucket: kept, endpoint: "${bucket.endpoint}", identity: ${IDENTITY} }`;
  await changeB(mistrusting(synced(`, offsite: ${offsite}`)));
  const id = await save("second");
  await vi.waitFor(() => expect(bucket.keys.some((one) => one.includes(id))).toBe(true), PATIENCE);
  await b.untilView({ sync: { staged: id, trouble: "" }, content: true });
  bucket.isClosed = true;
  await b.untilView({ sync: { trouble: expect.stringMatching(/S3|bucket|access/i) }, content: false });
});
