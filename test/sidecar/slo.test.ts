/** What is promised about a server, and what becomes of it while the server fails: with the real daemon, and an hour in a minute. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { JournalUse, SloDocument, SloState } from "@mcp-ops/formats";
import type { MonthReport } from "@mcp-ops/slo";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ask } from "./asking.ts";
import { type Daemon, House, PATIENCE } from "./house.ts";

const COMMAND = fileURLToPath(new URL("../../packages/cli/bin/mcp-ops.js", import.meta.url));
const CLOCK = fileURLToPath(new URL("fast-clock.ts", import.meta.url));
/** One second is a minute, from noon on. */
const SPEED = 60;
const NOON = Date.parse("2026-10-20T12:00:00Z");

let house: House;
let clock: string;

beforeEach(() => {
  house = new House();
  clock = `${Date.now()} ${NOON} ${SPEED}`;
});
afterEach(() => house[Symbol.asyncDispose]());

const UP = "slo: {probeEveryMs: 1000, objectives: {shop-up: {server: shop, kind: availability, objective: 0.999}}}";

function daemon(config: string): Promise<Daemon> {
  return house.daemon(config, { FAST_CLOCK: clock }, ["--import", CLOCK, COMMAND, "sidecar", "--json"]);
}

async function get<Body>({ admin }: Daemon, path: string): Promise<Body> {
  return JSON.parse((await ask(admin, `/api/v1/slo${path}`)).body) as Body;
}

async function stateOf(from: Daemon): Promise<SloState> {
  const { objectives } = await get<SloDocument>(from, "");
  const [first] = objectives;
  if (first === undefined) throw new Error("Nothing is promised.");
  return first;
}

const bad = ({ good, total }: SloState) => total - good;

test("a server that is killed spends its error budget, and the report says when and for how long", async () => {
  const first = await house.server("shop");
  const before = await daemon(UP);
  await vi.waitFor(async () => expect((await stateOf(before)).good).toBeGreaterThanOrEqual(2), PATIENCE);
  first.child.kill("SIGKILL");
  await first.ended;
  await vi.waitFor(async () => expect(bad(await stateOf(before))).toBeGreaterThanOrEqual(4), PATIENCE);
  expect(await stateOf(before)).toMatchObject({ state: expect.stringMatching(/missed|at-risk/) });

  // What is known outlives the daemon, and what it has not seen is told.
  const known = await stateOf(before);
  before.child.kill("SIGKILL");
  await before.ended;
  await house.server("shop");
  const after = await daemon(UP);
  await vi.waitFor(async () => expect((await stateOf(after)).good).toBeGreaterThan(known.good), PATIENCE);
  expect(bad(await stateOf(after))).toBeGreaterThanOrEqual(bad(known));

  const report = await vi.waitFor(async () => {
    const now = await get<MonthReport>(after, "/report?month=2026-10");
    expect(now.incidents).not.toEqual([]);
    return now;
  }, PATIENCE);
  expect(report).toMatchObject({
    ...{ month: "2026-10", isComplete: false },
    objectives: [{ name: "shop-up", kind: "availability" }],
  });
  // A machine that stands still makes more of them: a server that does not answer in time is silent.
  for (const incident of report.incidents)
    expect(incident).toMatchObject({ objective: "shop-up", bad: expect.any(Number) });
  expect(report.incidents[0]?.from).toMatch(/^2026-10-20T12:/);
  // The duty that keeps the ledger has made the folder.
  const left = JSON.parse(readFileSync(join(house.run, "journal", "slo.json"), "utf8")) as SloDocument;
  expect(left.objectives).toMatchObject([{ name: "shop-up", server: "shop" }]);
  expect(statSync(join(house.run, "journal", "slo.json")).mode & 0o777).toBe(0o600);

  const page = (await ask(after.probes, "/metrics")).body;
  const labels = 'objective="shop-up",server="shop",kind="availability"';
  expect(page).toContain(`mcp_slo_objective_ratio{${labels}} 0.999`);
  expect(page).toMatch(new RegExp(`^mcp_slo_events_total\\{${labels}\\} [1-9]`, "m"));
  expect(page).toMatch(new RegExp(`^mcp_slo_burn_rate\\{${labels},window="5m"\\} `, "m"));
  expect(page).toMatch(new RegExp(`^mcp_slo_state\\{${labels},state="not enough data"\\} 0`, "m"));

  const admin = { MCP_OPS_ADMIN__LISTEN: after.admin.replace("http://", "") };
  const status = await house.command(["slo", "status", "--config", house.config], admin);
  expect(status).toMatchObject({ code: 3, err: "" });
  expect(status.out).toMatch(/^objective +promised +reached/);
  expect(status.out).toMatch(/^shop-up +99\.9 % /m);
  const text = await house.command(["slo", "report", "--month", "2026-10", "--config", house.config], admin);
  expect(text).toMatchObject({ code: 0, err: "" });
  expect(text.out).toContain("# Service levels, October 2026");
  expect(text.out).toMatch(/\| shop-up +\| shop up 99.9 % of the time +\|/);
  const none = await house.command(["slo", "report", "--month", "october", "--json", "--config", house.config], admin);
  expect(none.code).toBe(1);
  expect(JSON.parse(none.err)).toMatchObject({ error: { code: "SLO_MONTH_INVALID" } });
});

/** As the journals have them that nobody has read yet. */
function failuresOnDisk(): number {
  const folder = join(house.run, "journal");
  const names = readdirSync(folder).filter((name) => name.endsWith(".jsonl"));
  const text = names.map((name) => readFileSync(join(folder, name), "utf8")).join("");
  const lines = text.split("\n").filter((line) => line.includes('"tool_error"'));
  return lines.reduce((sum, line) => sum + (JSON.parse(line) as JournalUse).count, 0);
}

const WORKS = "objectives: {pays: {server: shop, target: pay, kind: errors, objective: 0.99}}";

test("calls that failed while the sidecar was dead are in the report all the same", async () => {
  const shop = await house.child(new URL("shop-child.ts", import.meta.url), [], {
    FAST_CLOCK: clock,
    NODE_OPTIONS: `--import=${CLOCK}`,
  });
  const before = await daemon(`slo: {probeEveryMs: 1000, ${WORKS}}`);
  await vi.waitFor(async () => expect((await stateOf(before)).good).toBeGreaterThan(100), PATIENCE);
  const met = await stateOf(before);
  expect(met).toMatchObject({ state: "met", good: met.total });
  before.child.kill("SIGKILL");
  await before.ended;
  const said = async (word: string) => {
    shop.child.stdin?.write(`${word}\n`);
    await vi.waitFor(() => expect(shop.out.at(-1)).toBe(word), PATIENCE);
  };
  await said("fail");
  await vi.waitFor(() => expect(failuresOnDisk()).toBeGreaterThan(100), PATIENCE);
  await said("work");

  const after = await daemon(`slo: {probeEveryMs: 1000, ${WORKS}}`);
  const report = await vi.waitFor(async () => {
    const now = await get<MonthReport>(after, "/report");
    expect(now.incidents).not.toEqual([]);
    expect(now.objectives[0]?.bad).toBeGreaterThan(100);
    return now;
  }, PATIENCE);
  expect(report.incidents).toMatchObject([{ objective: "pays", kind: "errors" }]);
  expect(report.missing.gaps.length).toBeGreaterThan(0);
  expect(await stateOf(after)).toMatchObject({
    state: "missed",
    note: expect.stringMatching(/calls bad, and \d+ may be/),
  });
});

test("nobody is promised anything by default, and nobody is asked; days are those of the ledger, also after a SIGHUP", async () => {
  await house.server("shop");
  const idle = await daemon("");
  expect(await get<SloDocument>(idle, "")).toMatchObject({ objectives: [], timeZone: "UTC" });
  expect((await ask(idle.probes, "/metrics")).body).not.toContain("mcp_slo_");
  house.write("cost: {timeZone: Asia/Kathmandu}");
  idle.child.kill("SIGHUP");
  await vi.waitFor(async () => expect(await get(idle, "")).toMatchObject({ timeZone: "Asia/Kathmandu" }), PATIENCE);
  for (const month of ["9999-12", "2026-13"]) {
    const { status, body } = await ask(idle.admin, `/api/v1/slo/report?month=${month}`);
    expect([status, JSON.parse(body)]).toMatchObject([400, { error: { code: "SLO_MONTH_INVALID" } }]);
  }
});
