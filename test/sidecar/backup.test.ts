/** The duty `backup`: sets at their times, on changes and on demand, in a real daemon. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { backupSetOf, DUTY_PLANS, loadConfig } from "@mcp-ops/sidecar";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ask } from "./asking.ts";
import { api, BackupHouse, CLIENTS, configOf, dutyOf, ENV, figures, until, untilShown } from "./backup-house.ts";
import { PATIENCE } from "./house.ts";

const SERVERS = JSON.stringify({ mcpServers: { weather: { command: "weather" }, notes: { command: "notes" } } });

let house: BackupHouse;
let backups: string;

beforeEach(() => {
  house = new BackupHouse();
  ({ backups } = house);
  writeFileSync(join(house.folder, ".claude.json"), SERVERS);
});
afterEach(() => house[Symbol.asyncDispose]());

const daemon = (...sets: readonly string[]) => house.keeping(...sets);
const visible = (set: string) => house.visible(set);

/** The set as the config has it now, for a restore by hand. */
async function restorable(name: string) {
  const env = { HOME: house.folder, MCP_OPS_ADMIN__TOKEN__ENV: "ADMIN_TOKEN" };
  const { config, folder } = loadConfig({ file: house.config, env, duties: DUTY_PLANS });
  const { sets } = config.backup as { sets: Record<string, Parameters<typeof backupSetOf>[1]> };
  const settings = sets[name];
  if (settings === undefined) throw new Error(`The config has no set ${name}.`);
  return (await backupSetOf(name, settings, { folder, env })).restorable;
}

describe("a set", () => {
  test("that never ran runs at once, is on the page as it is on the disk, and runs again when asked", async () => {
    const running = await daemon(CLIENTS);
    await until(running, "clients", { retained: 1, content: true });
    // A backup is there before its run has ended, there is no next one before that, and the page may be a second old.
    const next = 'next_run_timestamp_seconds{set="clients"}';
    const ended = { 'runs_total{set="clients",result="complete"}': 1, [next]: expect.any(Number) };
    await vi.waitFor(async () => expect(await figures(running)).toMatchObject(ended), PATIENCE);
    const [first] = visible("clients");
    const shown = await figures(running);
    expect(shown).toMatchObject({
      'runs_total{set="clients",result="complete"}': 1,
      'retained{set="clients"}': 1,
      'files{set="clients",status="ok"}': 1,
      'files{set="clients",status="missing"}': 0,
    });
    expect(shown['size_bytes{set="clients"}']).toBeGreaterThan(0);
    expect(shown[next]).toBeGreaterThan(Date.now() / 1000);
    expect(await api(running, "/clients/run", "POST")).toEqual({
      status: 202,
      body: { set: "clients", run: "started" },
    });
    await until(running, "clients", { retained: 2 });
    const { body } = await api(running, "/clients");
    expect(body).toMatchObject({ content: true, retained: 2, backups: [{ id: first, result: "complete" }, {}] });
    expect(await api(running, "/nobody/run", "POST")).toMatchObject({ status: 404 });
    expect((await ask(running.admin, "/api/v1/backups/clients/run", { method: "POST" })).status).toBe(401);
  });

  test("remembers over a restart when it last succeeded, and does not run again before its time", async () => {
    const before = await daemon(CLIENTS);
    await until(before, "clients", { retained: 1 });
    const succeeded = 'last_success_timestamp_seconds{set="clients"}';
    const at = (await figures(before))[succeeded];
    before.child.kill("SIGTERM");
    expect(await before.ended).toBe(0);
    const after = await daemon(CLIENTS);
    expect(await figures(after)).toMatchObject({
      [succeeded]: at,
      'files{set="clients",status="ok"}': 1,
      'runs_total{set="clients",result="complete"}': 0,
      'retained{set="clients"}': 1,
    });
  });

  test("keeps no more than its rules want, and leaves the history of the others", async () => {
    const running = await daemon("few: { sources: [{ path: .claude.json }], retention: { last: 2 } }");
    await until(running, "few", { retained: 1 });
    for (let runs = 2; runs <= 4; runs++) {
      const [newest] = visible("few").toSorted().slice(-1);
      await api(running, "/few/run", "POST");
      await until(running, "few", { lastComplete: expect.not.stringMatching(`^${newest}$`) });
    }
    await vi.waitFor(() => expect(visible("few")).toHaveLength(2), PATIENCE);
    expect(readFileSync(join(backups, "few", "chain.jsonl"), "utf8").match(/no rule of retention/g)).toHaveLength(2);
  });

  test("that fails degrades the duty, and the others go on", async () => {
    const running = await daemon("lost: { sources: [{ path: nowhere.json }] }", CLIENTS);
    await until(running, "lost", { lastAttempt: { result: "failed" }, content: false });
    await until(running, "clients", { retained: 1, content: true });
    const shown = await figures(running);
    expect(shown).toMatchObject({ 'runs_total{set="lost",result="failed"}': 1 });
    expect(shown).not.toHaveProperty('last_success_timestamp_seconds{set="lost"}');
    expect(await dutyOf(running)).toMatchObject({ content: false, message: expect.stringContaining("nowhere.json") });
    expect((await ask(running.probes, "/health")).body).toContain('"degraded"');
    expect(visible("lost")).toEqual([]);
    writeFileSync(join(house.folder, "nowhere.json"), "{}");
    await api(running, "/lost/run", "POST");
    await until(running, "lost", { retained: 1, content: true });
    expect(await dutyOf(running)).toMatchObject({ content: true });
  });
});

describe("a config that is broken", () => {
  test("raises the alarm, is not saved over the good one, and the good one can be put back", async () => {
    const running = await daemon(CLIENTS);
    await until(running, "clients", { retained: 1 });
    writeFileSync(join(house.folder, ".claude.json"), SERVERS.slice(0, 40));
    await untilShown(running, 'config_alarms{set="clients",kind="invalid"}', 1);
    expect(await dutyOf(running)).toMatchObject({ content: false, message: expect.stringContaining(".claude.json") });
    const [good, ...others] = visible("clients");
    expect(others).toEqual([]);
    const command = `mcp-ops backup restore clients ${good} --yes --config ${house.config}`;
    await until(running, "clients", { restore: command, troubles: [expect.stringContaining(command)] });
    expect(await dutyOf(running)).toMatchObject({ message: expect.stringContaining(command) });
    expect(running.err.filter((line) => line.includes(command))).toHaveLength(1);
    for (const page of ["/livez", "/readyz", "/health", "/metrics"]) {
      expect((await ask(running.probes, page)).body).not.toContain(good);
    }
    expect(await house.command(command.split(" ").slice(1), ENV)).toMatchObject({ code: 0 });
    expect(readFileSync(join(house.folder, ".claude.json"), "utf8")).toBe(SERVERS);
    await until(running, "clients", { content: true, alarms: [] });
    expect((await api(running, "/clients")).body).not.toHaveProperty("restore");
    await untilShown(running, 'restore_total{set="clients",result="done"}', 1);
    expect(await figures(running)).toMatchObject({ 'config_alarms{set="clients",kind="invalid"}': 0 });
    expect(await dutyOf(running)).toMatchObject({ content: true });
  });

  test("leaves the way back to what was before it, though it is saved itself, its rules want only the newest, and the daemon starts anew", async () => {
    const set = CLIENTS.replace("discover", "retention: { last: 1 }, discover");
    const before = await daemon(set);
    await until(before, "clients", { retained: 1 });
    const [good] = visible("clients");
    writeFileSync(join(house.folder, ".claude.json"), "{}");
    const restore = expect.stringContaining(` ${good} `);
    await until(before, "clients", { restore, alarms: [{ kind: "servers-lost" }] });
    // As the nightly run does.
    await api(before, "/clients/run", "POST");
    await until(before, "clients", { lastComplete: expect.not.stringMatching(`^${good}$`), restore });
    before.child.kill("SIGTERM");
    await before.ended;
    const after = await daemon(set);
    await api(after, "/clients/run", "POST");
    await until(after, "clients", { lastComplete: expect.not.stringMatching(`^${good}$`), restore });
    expect(visible("clients")).toContain(good);
    const { body } = await api(after, "/clients");
    expect(await house.command(String(body.restore).split(" ").slice(1), ENV)).toMatchObject({ code: 0 });
    expect(readFileSync(join(house.folder, ".claude.json"), "utf8")).toBe(SERVERS);
    await until(after, "clients", { content: true });
  });

  test("where no good backup is yet says so", async () => {
    const running = await daemon(
      CLIENTS.replace("discover: [clients]", "sources: [{ path: .claude.json }, { path: gone }]"),
    );
    await until(running, "clients", { lastAttempt: { result: "failed" } });
    writeFileSync(join(house.folder, ".claude.json"), "{}");
    await vi.waitFor(() => expect(running.err.join("\n")).toContain("There is no good backup of it yet."), PATIENCE);
  });

  test("is told with the folder of the backups where a variable of the daemon says it", async () => {
    const folder = join(house.folder, "elsewhere");
    const env = { ...ENV, STATE_DIRECTORY: folder };
    const running = await house.daemon(configOf([CLIENTS]), env);
    await until(running, "clients", { retained: 1 });
    writeFileSync(join(house.folder, ".claude.json"), "{}");
    const restore = expect.stringMatching(`--folder ${join(folder, "backups")}$`);
    await until(running, "clients", { restore });
    const { body } = await api(running, "/clients");
    expect(await house.command(String(body.restore).split(" ").slice(1), ENV)).toMatchObject({ code: 0 });
    expect(readFileSync(join(house.folder, ".claude.json"), "utf8")).toBe(SERVERS);
  });

  test("and lost a server while no daemon ran raises the alarm at the next start, until somebody says it is meant", async () => {
    const before = await daemon(CLIENTS);
    await until(before, "clients", { retained: 1 });
    before.child.kill("SIGTERM");
    await before.ended;
    writeFileSync(join(house.folder, ".claude.json"), JSON.stringify({ mcpServers: { notes: {} } }));
    const after = await daemon(CLIENTS);
    const alarm = 'config_alarms{set="clients",kind="servers-lost"}';
    expect((await figures(after))[alarm]).toBe(1);
    expect(await dutyOf(after)).toMatchObject({ message: expect.stringContaining("weather") });
    expect(await api(after, "/clients/accept", "POST")).toMatchObject({ status: 200, body: { content: true } });
    await untilShown(after, alarm, 0);
  });

  test("that changes and is sound is saved", async () => {
    const running = await daemon(CLIENTS);
    await until(running, "clients", { retained: 1 });
    writeFileSync(join(house.folder, ".claude.json"), SERVERS.replace("notes", "more"));
    await until(running, "clients", { alarms: [{ kind: "servers-lost", servers: ["notes"] }] });
    writeFileSync(join(house.folder, ".claude.json"), SERVERS.replace("}}", "}, more: {}}".replace("more", '"more"')));
    await until(running, "clients", { retained: 2 });
  });
});

test("a daemon that is killed in a backup leaves nothing half-visible, and the next one makes up for it", async () => {
  const [begun, go] = [join(house.folder, "begun"), join(house.folder, "go")];
  const script = `touch ${begun}; while [ ! -e ${go} ]; do sleep 0.02; done; echo dump`;
  const set = `slow: { databases: { wiki: { kind: command, program: /bin/sh, args: [-c, '${script}'] } } }`;
  const killed = await daemon(set);
  await vi.waitFor(() => expect(existsSync(begun)).toBe(true), PATIENCE);
  killed.child.kill("SIGKILL");
  await killed.ended;
  expect(visible("slow")).toEqual([]);
  writeFileSync(go, "");
  const heir = await daemon(set);
  await until(heir, "slow", { retained: 1, lastAttempt: { result: "complete" }, content: true });
  expect(visible("slow")).toHaveLength(1);
  expect(readdirSync(join(backups, "slow")).filter((name) => name.startsWith(".tmp-"))).toEqual([]);
});

test("the set that init proposes backs up what the clients of this machine have, and can be used as it is", async () => {
  const database = join(house.folder, "notes.db");
  mkdirSync(join(house.folder, ".cursor"));
  writeFileSync(database, "");
  writeFileSync(join(house.folder, ".cursor", "mcp.json"), JSON.stringify({ mcpServers: { n: { args: [database] } } }));
  expect(await house.command(["init"])).toMatchObject({ code: 0 });
  const written = readFileSync(house.config, "utf8");
  expect(written).toContain("# The set mcp backs up what is configured for: Claude Code, Cursor.");
  expect(written).toContain(database);
  expect((await restorable("mcp")).sources).toContainEqual({
    path: join(house.folder, ".claude.json"),
    required: false,
  });
});
