/** The command `mcp-ops failover`, asking real sidecars. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Group, LONG_TTL_MS, type Member } from "./group.ts";

let group: Group;
let a: Member;
let b: Member;

beforeAll(async () => {
  [group, a, b] = await Group.led(LONG_TTL_MS, "a", "b");
});
afterAll(() => group[Symbol.asyncDispose]());

const failover = (member: Member, ...args: readonly string[]) =>
  member.house.command(["failover", ...args], group.secretsOf(member.name));

test("shows the group as a table, and as JSON", async () => {
  const [{ code, out, err }, { out: json }] = await Promise.all([
    failover(b, "status"),
    failover(a, "status", "--json"),
  ]);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toMatch(/^b is a standby of weather; a leads\.$/m);
  expect(out).toMatch(/^a +primary +leading +\d+ +\d\.\d s +well$/m);
  expect(out).toMatch(/^b +standby +standby +\d+ +well$/m);
  expect(out).toContain("single");
  expect(JSON.parse(json)).toMatchObject({
    role: "primary",
    primary: { node: "a" },
    members: { b: { role: "standby" } },
  });
});

test("hands over from whichever node it is asked at, and shows who asked in the history", async () => {
  expect(await failover(b, "switchover", "--candidate", "b", "--dry-run")).toMatchObject({
    code: 0,
    out: expect.stringContaining("would"),
  });
  expect(await failover(b, "switchover", "--candidate", "b")).toMatchObject({
    code: 0,
    out: expect.stringContaining("b leads"),
  });
  await a.untilView({ role: "standby", reasons: [] });
  const [{ out }, refused] = await Promise.all([
    failover(a, "history", "-n", "3"),
    failover(a, "switchover", "--leader", "a"),
  ]);
  expect(out).toMatch(/draining .*switchover .*command of /);
  expect(refused).toMatchObject({ code: 1, err: expect.stringContaining("does not lead") });
});

test("drills: hands over and back when it is confirmed, and measures how long nobody led", async () => {
  await b.untilView({ role: "primary", content: true });
  expect(await failover(a, "drill")).toMatchObject({ code: 2, err: expect.stringContaining("--yes") });
  const { code, out, err } = await failover(a, "drill", "--yes");
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out.split("\n")).toEqual([
    expect.stringMatching(/^b handed over, a leads\. Nobody led for \d+ to \d+ ms\.$/),
    expect.stringMatching(/^a handed over, b leads again\. Nobody led for \d+ to \d+ ms\.$/),
  ]);
  const { transitions } = (await b.api("/api/v1/failover/history")).body as { transitions: { by?: string }[] };
  expect(transitions.map(({ by = "" }) => by)).toContainEqual(expect.stringMatching(/^drill by command of /));
  await a.untilView({ role: "standby", reasons: [] });
});

test("pauses the group and resumes it, and says by its exit code that somebody should look", async () => {
  expect(await failover(a, "pause")).toMatchObject({ code: 0, out: "This node is paused." });
  const [status, refused, drill] = await Promise.all([
    failover(b, "status"),
    failover(b, "switchover"),
    failover(b, "drill", "--yes", "--json"),
  ]);
  expect(drill.code).toBe(1);
  expect(JSON.parse(drill.err)).toMatchObject({
    error: { code: "CLI_DRILL_REFUSED", message: expect.stringContaining("paused") },
  });
  expect(status).toMatchObject({ code: 3, out: expect.stringContaining("mcp-ops failover resume") });
  expect(refused).toMatchObject({ code: 1, err: expect.stringContaining("paused") });
  expect(await failover(b, "resume")).toMatchObject({ code: 0, out: "This node decides." });
  await a.untilView({ paused: false });
});

test("a switchover that is planned is shown and called off at whichever node one asks", async () => {
  const at = "2099-01-01T00:00:00Z";
  expect(await failover(a, "switchover", "--at", at, "--dry-run")).toMatchObject({
    out: expect.stringMatching(/^This would be done/),
  });
  expect(await failover(a, "switchover", "--cancel")).toMatchObject({
    code: 1,
    err: expect.stringContaining("No switchover"),
  });
  expect(await failover(a, "switchover", "--at", at)).toMatchObject({ code: 0, out: `Planned for ${at}.` });
  for (const member of [a, b])
    expect((await failover(member, "status")).out).toContain(`Planned for ${at}: b hands over`);
  expect(await failover(a, "switchover", "--cancel", "--dry-run")).toMatchObject({ code: 0 });
  expect(await failover(a, "switchover", "--cancel")).toMatchObject({
    code: 0,
    out: expect.stringContaining("called off"),
  });
  expect((await failover(b, "status")).out).not.toContain("Planned");
});

test("a dry run reads as one, and changes nothing", async () => {
  const token = (await b.view()).token;
  for (const verb of ["pause", "resume", "raise-floor"]) {
    const { code, out } = await failover(a, verb, "--dry-run");
    expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(/^This would be done. Nothing was changed./) });
  }
  expect(await b.view()).toMatchObject({ token, paused: false, role: "primary" });
});

test("raises the floor of the tokens: the next one is larger than any before, by an incarnation", async () => {
  const before = BigInt(String((await b.view()).token));
  expect(await failover(b, "raise-floor")).toMatchObject({ code: 0, out: expect.stringContaining("incarnation 1") });
  expect(await failover(b, "switchover", "--candidate", "a")).toMatchObject({ code: 0 });
  await a.untilPage("/primary", 200);
  expect(BigInt(String((await a.view()).token))).toBeGreaterThan(before + 2n ** 47n);
});

test.concurrent("advises first when failover is not needed, and warns of an arbiter that dies with a node", async () => {
  const { code, out } = await failover(a, "advise");
  expect(code).toBe(0);
  expect(out.split("\n")[0]).toContain("needs no failover");
  expect(out).toMatch(/^! The arbiter is on this machine/m);
  expect(out).toMatch(/^! Nothing is asked of the server/m);
});

test("says that the sidecar has another token, and shows neither", async () => {
  const secrets = { ...group.secretsOf("a"), ADMIN_TOKEN: "canary-of-another-sidecar" };
  for (const verb of ["status", "pause"]) {
    const { code, out, err } = await a.house.command(["failover", verb], secrets);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toMatch(/^mcp-ops: The sidecar has another token/);
    expect(err).not.toMatch(/canary|this-group-only| at /);
  }
});

test("a status that shows a node which is not reached ends as an alarm", async () => {
  const lonely = await Group.open("a", "b");
  await using _ = lonely;
  const one = await lonely.start("a");
  await one.untilPage("/primary", 200);
  const { code, out } = await one.house.command(["failover", "status"], lonely.secretsOf("a"));
  expect({ code, out }).toEqual({ code: 3, out: expect.stringMatching(/^b +\? +not reached \(ECONNREFUSED\)$/m) });
});

test.concurrent("says so when there is no sidecar, or no failover", async () => {
  const lonely = join(a.house.folder, "lonely.yaml");
  writeFileSync(lonely, `admin: { listen: ${join(a.house.folder, "nobody.sock")} }\n`);
  expect(await failover(a, "status", "--config", lonely)).toMatchObject({
    code: 1,
    err: expect.stringContaining("mcp-ops sidecar"),
  });
  expect(await failover(a, "failover")).toMatchObject({ code: 2, err: expect.stringContaining("--candidate") });
});
