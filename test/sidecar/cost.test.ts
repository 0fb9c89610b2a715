/** The duty `cost` in a real daemon, with real servers that are really used. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ask } from "./asking.ts";
import { type Daemon, House, PATIENCE, type Running } from "./house.ts";

const CHILD = fileURLToPath(new URL("cost-child.ts", import.meta.url));

let house: House;
beforeEach(() => {
  house = new House();
});
afterEach(() => house[Symbol.asyncDispose]());

const costOf = (...lines: readonly string[]) =>
  `cost:\n${["everyMs: 1000", ...lines].map((line) => `  ${line}\n`).join("")}`;
const journals = () => join(house.run, "journal");
const ledger = () => join(house.folder, "state", "mcp-ops", "ledger.db");

async function api(daemon: Daemon, path: string) {
  const { status, body } = await ask(daemon.admin, `/api/v1/cost${path}`);
  return { status, body: JSON.parse(body) };
}

/** A server that waits to be told how often it is called. */
async function worker(name: string) {
  const running = house.running([CHILD, name]);
  await running.says();
  return {
    running,
    work: async (calls: number): Promise<{ calls: number; cpuUs: number }> => {
      const before = running.out.length;
      running.child.stdin?.write(`${calls}\n`);
      const line = await vi.waitFor(() => {
        const [said] = running.out.slice(before);
        if (said === undefined) throw new Error(`It says nothing. On stderr:\n${running.err.join("\n")}`);
        return said;
      }, PATIENCE);
      return JSON.parse(line);
    },
  };
}

/** What the summary of today says of a server, as soon as it has had so many calls of its tool. */
function until(daemon: Daemon, server: string, calls: number) {
  return vi.waitFor(async () => {
    const { body } = await api(daemon, "/summary");
    const found = body.days[0]?.servers.find((one: { server: string }) => one.server === server);
    expect(found?.tools).toMatchObject([{ target: "work", calls }]);
    return found;
  }, PATIENCE);
}

/** After its first look; what a server took before that is not known. */
async function looking(daemon: Daemon): Promise<Daemon> {
  await vi.waitFor(async () => {
    const { body } = await api(daemon, "/summary");
    expect(body.days?.[0]?.servers).toContainEqual(expect.objectContaining({ server: "mcp-ops-sidecar" }));
  }, PATIENCE);
  return daemon;
}

async function dutyOf(daemon: Daemon) {
  const { body } = await ask(daemon.admin, "/api/v1/status");
  const { duties } = JSON.parse(body) as { duties: { name: string; content: boolean; message: string }[] };
  return duties.find(({ name }) => name === "cost");
}

async function ended(running: Running): Promise<void> {
  running.child.stdin?.end();
  await running.ended;
}

const PRICES = (currency: string, call: number) =>
  `currency: ${currency}\nversions:\n  - name: ours\n    prices: { cpuCoreHour: 3600, memoryGiBHour: 0.01, call: ${call} }\n`;

describe("what a server takes and is used for", () => {
  test("is in the API, on the page, and in the file for the servers; its journal goes when it has gone", async () => {
    writeFileSync(join(house.folder, "prices.yaml"), PRICES("EUR", 2));
    const daemon = await house.daemon(
      costOf(
        "prices: prices.yaml",
        "machine: { cores: 64, memoryMiB: 1024 }",
        "servers: { shop: { cores: 4, memoryMiB: 512 } }",
        "budgets: { all: { period: day, limit: 1, hard: true }, dear: { server: blog, period: month, limit: 1000000 } }",
      ),
    );
    await looking(daemon);
    const { running, work } = await worker("shop");
    await work(5);
    const { cpuUs } = await work(0);
    const shop = await until(daemon, "shop", 5);
    expect(shop).toMatchObject({ calls: 10_000_000, tools: [{ resultTokens: { estimate: expect.any(Number) } }] });
    // A core-second costs 1 EUR: what it takes is its seconds, to a tenth of one for what it took since.
    await vi.waitFor(async () => {
      const { body } = await api(daemon, "/summary");
      const {
        cpuUs: booked,
        idle,
        used,
      } = body.days[0].servers.find((one: { server: string }) => one.server === "shop");
      expect(booked).toBeGreaterThan(0.8 * cpuUs);
      expect(used).toBeGreaterThan(0.8 * cpuUs);
      expect(idle).toBeGreaterThan(0);
    }, PATIENCE);
    const { body: summary } = await api(daemon, "/summary?days=2");
    expect(summary).toMatchObject({
      currency: "EUR",
      timeZone: "UTC",
      days: [{ isComplete: false, prices: ["ours"] }],
    });
    const sum = summary.days[0].servers.reduce((all: number, one: { microUnits: number }) => all + one.microUnits, 0);
    expect(summary.days[0].microUnits).toBe(sum + summary.days[0].machineIdle);
    expect(summary.days[0].machineIdle).toBeGreaterThan(0);
    expect(summary.budgets).toMatchObject([
      { name: "all", state: "exceeded", isHard: true },
      { name: "dear", state: "ok", spentMicroUnits: 0 },
    ]);
    // The sidecar pays for itself, too.
    expect(summary.days[0].servers.map(({ server }: { server: string }) => server)).toContain("mcp-ops-sidecar");

    expect((await api(daemon, "/top?by=tool&most=1")).body).toMatchObject({
      rows: [{ server: "shop", name: "work", calls: 5 }],
    });
    expect((await api(daemon, "/export?by=server")).body.rows).toContainEqual(
      expect.objectContaining({ server: "shop" }),
    );
    expect((await api(daemon, "/forecast")).body.outlooks).toContainEqual(
      expect.objectContaining({ period: "day", server: "" }),
    );
    expect((await api(daemon, "/prices")).body).toMatchObject({
      inForce: "ours",
      file: join(house.folder, "prices.yaml"),
    });
    expect((await api(daemon, "/advice")).body.advice).toEqual(expect.any(Array));
    expect(await api(daemon, "/summary?days=0")).toMatchObject({
      status: 400,
      body: { error: { message: expect.stringContaining("1 to 31") } },
    });
    expect(await api(daemon, "/top?by=moon")).toMatchObject({ status: 400 });
    expect(await api(daemon, "/summary?to=2026-02-30")).toMatchObject({ status: 400 });

    const { body: page } = await ask(daemon.probes, "/metrics");
    expect(page).toMatch(/^mcp_cost_today\{server="shop",part="calls",currency="EUR"} 10$/m);
    expect(page).toMatch(/^mcp_cost_budget_state\{budget="all",state="exceeded"} 1$/m);

    const file = join(journals(), "cost.json");
    const told = JSON.parse(readFileSync(file, "utf8"));
    expect(told).toMatchObject({ schema: 1, currency: "EUR", budgets: [{ name: "all" }, { name: "dear" }] });
    expect(JSON.parse(readFileSync(join(journals(), "budgets.json"), "utf8"))).toMatchObject({
      schema: 1,
      budgets: [{ name: "all", state: "exceeded", isHard: true }, { name: "dear" }],
    });
    expect([statSync(file).mode & 0o777, statSync(journals()).mode & 0o777, statSync(ledger()).mode & 0o777]).toEqual([
      0o600, 0o700, 0o600,
    ]);
    expect(await dutyOf(daemon)).toMatchObject({
      content: true,
      message: expect.stringMatching(/cost \d+\.\d\d EUR so far/),
    });

    await ended(running);
    await vi.waitFor(() => expect(readdirSync(journals())).toEqual(["budgets.json", "cost.json"]), PATIENCE);
    await until(daemon, "shop", 5);
  });

  test("is booked once, though the daemon is killed again and again", async () => {
    let daemon = await looking(await house.daemon(costOf()));
    const { running, work } = await worker("shop");
    let total = { calls: 0, cpuUs: 0 };
    for (let round = 0; round < 2; round++) {
      total = await work(20);
      // In one of them while it reads, in others after it has, or before.
      if (round % 2 === 0) await until(daemon, "shop", total.calls);
      daemon.child.kill("SIGKILL");
      await daemon.ended;
      total = await work(20);
      daemon = await house.daemon(costOf());
    }
    const before = await until(daemon, "shop", total.calls);
    const booked = await vi.waitFor(async () => {
      const { body } = await api(daemon, "/summary");
      const { cpuUs } = body.days[0].servers.find((one: { server: string }) => one.server === "shop");
      expect(cpuUs).toBeGreaterThanOrEqual(before.cpuUs);
      expect(cpuUs).toBeGreaterThan(0.9 * total.cpuUs);
      return cpuUs as number;
    }, PATIENCE);
    const { cpuUs } = await work(0);
    expect(booked).toBeLessThanOrEqual(cpuUs + 20_000);
    await ended(running);
    await vi.waitFor(() => expect(readdirSync(journals())).toEqual(["budgets.json", "cost.json"]), PATIENCE);
    // What it took to end, too; booked twice, it would be twice as much.
    expect((await until(daemon, "shop", total.calls)).cpuUs).toBeLessThanOrEqual(1.5 * cpuUs);
  });
});

test("a journal that cannot be read is told of, and keeps nobody else from being measured", async () => {
  const daemon = await house.daemon(costOf());
  await looking(daemon);
  const { work } = await worker("shop");
  mkdirSync(join(journals(), "1-00000000000a.0.jsonl"));
  await vi.waitFor(async () => {
    expect(await dutyOf(daemon)).toMatchObject({ content: false, message: expect.stringContaining("Delete what is") });
  }, PATIENCE);
  rmSync(join(journals(), "cost.json"));
  await work(2);
  expect((await until(daemon, "shop", 2)).server).toBe("shop");
  await vi.waitFor(() => expect(existsSync(join(journals(), "cost.json"))).toBe(true), PATIENCE);
});

test("who used what is told to those who show the token, and to no other process of this machine", async () => {
  const PERSONAL = "budgets: { anns: { principal: ann, period: day, limit: 1 }, all: { period: day, limit: 1 } }";
  const open = await looking(await house.daemon(costOf(PERSONAL)));
  for (const path of ["/top?by=principal", "/top?by=session", "/export?by=principal", "/export?by=session"]) {
    expect(await api(open, path)).toMatchObject({
      status: 403,
      body: { error: { code: "SIDECAR_TOKEN_REFUSED", message: expect.stringContaining("admin.token") } },
    });
  }
  expect(await api(open, "/top?by=tool")).toMatchObject({ status: 200 });
  for (const path of ["/summary", "/forecast"])
    expect((await api(open, path)).body.budgets).toMatchObject([{ name: "all" }]);
  open.child.kill("SIGTERM");
  await open.ended;
  const onSocket = await house.daemon(costOf(PERSONAL), { MCP_OPS_ADMIN__LISTEN: join(house.folder, "admin.sock") });
  await looking(onSocket);
  expect(await api(onSocket, "/top?by=principal")).toMatchObject({ status: 200 });
  expect((await api(onSocket, "/forecast")).body.budgets).toHaveLength(2);
});

describe("a new config", () => {
  test("of prices and zone is taken at SIGHUP, and the past is split anew", async () => {
    writeFileSync(join(house.folder, "prices.yaml"), PRICES("EUR", 2));
    const daemon = await house.daemon(costOf());
    const { work } = await worker("shop");
    await work(3);
    expect(await until(daemon, "shop", 3)).toMatchObject({ calls: 0 });
    house.write(costOf("prices: prices.yaml", "timeZone: Pacific/Kiritimati"));
    expect(await daemon.hangUp()).toContain("read again");
    expect(await until(daemon, "shop", 3)).toMatchObject({ calls: 6_000_000 });
    const today = new Date(Date.now() + 14 * 3_600_000).toISOString().slice(0, 10);
    expect((await api(daemon, "/summary")).body).toMatchObject({
      timeZone: "Pacific/Kiritimati",
      days: [{ day: today, prices: ["ours"] }],
    });
  });

  test("of prices in their file is taken by itself; one that cannot be used is refused with its key, and the old prices hold", async () => {
    const prices = join(house.folder, "prices.yaml");
    writeFileSync(prices, PRICES("EUR", 2));
    const daemon = await house.daemon(costOf("prices: prices.yaml"));
    const { work } = await worker("shop");
    await work(3);
    expect(await until(daemon, "shop", 3)).toMatchObject({ calls: 6_000_000 });
    writeFileSync(prices, PRICES("EUR", 2).replace("call:", "cal:"));
    await vi.waitFor(async () => {
      expect(await dutyOf(daemon)).toMatchObject({
        content: false,
        message: expect.stringContaining("versions[0].prices.cal"),
      });
    }, PATIENCE);
    expect(await until(daemon, "shop", 3)).toMatchObject({ calls: 6_000_000 });
    writeFileSync(prices, PRICES("CHF", 5));
    await vi.waitFor(async () => expect(await dutyOf(daemon)).toMatchObject({ content: true }), PATIENCE);
    expect(await until(daemon, "shop", 3)).toMatchObject({ calls: 15_000_000 });
    expect((await api(daemon, "/summary")).body.currency).toBe("CHF");
  });

  test("that measures nothing takes the journals' folder away, so that nobody writes what nobody reads", async () => {
    const daemon = await house.daemon(costOf());
    await vi.waitFor(() => expect(existsSync(join(journals(), "cost.json"))).toBe(true), PATIENCE);
    // As a kill leaves it.
    writeFileSync(join(journals(), "slo.json.new"), "{");
    house.write(costOf("enabled: false"));
    await daemon.hangUp();
    await vi.waitFor(() => expect(existsSync(journals())).toBe(false), PATIENCE);
    expect(await api(daemon, "/summary")).toMatchObject({
      status: 409,
      body: { error: { code: "SIDECAR_NO_LEDGER" } },
    });
    expect(await dutyOf(daemon)).toMatchObject({ content: true, message: expect.stringContaining("cost.enabled") });
  });

  test("with a budget or zone that cannot be is refused by key", async () => {
    house.write(costOf("timeZone: Vienna", "budgets: { a: { period: day, limit: 0 }, b: { period: week, limit: 1 } }"));
    const { code, err } = await house.command(["config", "check"]);
    expect(code).not.toBe(0);
    for (const key of ["cost.timeZone", "cost.budgets.a.limit", "cost.budgets.b"]) expect(err).toContain(key);
  });
});

test("a damaged ledger is set aside and told of, and what comes is booked", async () => {
  const first = await house.daemon(costOf());
  await vi.waitFor(() => expect(existsSync(join(journals(), "cost.json"))).toBe(true), PATIENCE);
  first.child.kill("SIGTERM");
  await first.ended;
  writeFileSync(ledger(), "no ledger at all ".repeat(1_000));
  const daemon = await house.daemon(costOf());
  const aside = readdirSync(join(house.folder, "state", "mcp-ops")).find((name) =>
    name.startsWith("ledger.db.damaged-"),
  );
  expect(await dutyOf(daemon)).toMatchObject({ content: false, message: expect.stringContaining(String(aside)) });
  expect((await ask(daemon.probes, "/health")).body).toContain('"degraded"');
  const { work } = await worker("shop");
  await work(2);
  await until(daemon, "shop", 2);
});
