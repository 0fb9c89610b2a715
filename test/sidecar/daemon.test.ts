/** The life of the daemon: its probes, its config, its state, its end. */
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ask } from "./asking.ts";
import { type Daemon, House, PATIENCE } from "./house.ts";

let house: House;

beforeEach(() => {
  house = new House();
});
afterEach(() => house[Symbol.asyncDispose]());

async function health(
  daemon: Daemon,
): Promise<{ status: string; ready: boolean; dependencies: { name: string; status: string }[] }> {
  const { status, body } = await ask(daemon.probes, "/health");
  expect(status).toBe(200);
  return JSON.parse(body);
}

/** What of the daemon is down. */
async function ailing(daemon: Daemon): Promise<readonly string[]> {
  const { dependencies } = await health(daemon);
  return dependencies.filter(({ status }) => status !== "up").map(({ name }) => name);
}

describe("the probes", () => {
  test("answer GET, HEAD and OPTIONS, refuse the rest, and tell status words only", async () => {
    const daemon = await house.daemon();
    for (const path of ["/livez", "/readyz", "/health", "/metrics"]) {
      const get = await ask(daemon.probes, path);
      expect(get).toMatchObject({ status: 200, headers: { "cache-control": "no-store" } });
      expect(await ask(daemon.probes, path, { method: "HEAD" })).toMatchObject({
        status: 200,
        body: "",
        headers: { "content-type": get.headers["content-type"] },
      });
      expect(await ask(daemon.probes, path, { method: "OPTIONS" })).toMatchObject({
        // HAProxy's checks ask by OPTIONS, and read the status.
        status: path === "/readyz" ? 200 : 204,
        headers: { allow: "GET, HEAD, OPTIONS" },
      });
      expect(await ask(daemon.probes, path, { method: "POST" })).toMatchObject({
        status: 405,
        headers: { allow: "GET, HEAD, OPTIONS" },
      });
    }
    expect(await ask(daemon.probes, "/api/v1/status")).toMatchObject({ status: 404 });
    expect(await ask(daemon.probes, "/livez", { headers: { host: "evil.example" } })).toMatchObject({ status: 403 });
    expect(await health(daemon)).toEqual({
      schema: 1,
      status: "healthy",
      ready: true,
      dependencies: ["fleet", "backup", "failover", "arbiter", "cost", "slo", "audit", "config", "state"].map(
        (name) => ({
          name,
          status: "up",
          criticality: "optional",
        }),
      ),
    });
  });

  test("may be open to all, and then answer to any address", async () => {
    const daemon = await house.daemon("", { MCP_OPS_PROBES__LISTEN: "0.0.0.0:0", MCP_OPS_ADMIN__LISTEN: "off" });
    expect(daemon.admin).toBe("off");
    expect(await ask(daemon.probes, "/livez", { headers: { host: "192.0.2.7:9465" } })).toMatchObject({
      status: 200,
      body: "ok\n",
    });
  });
});

describe("on SIGHUP", () => {
  test("a config that cannot be used is told of, and the old one holds until a good one comes", async () => {
    const daemon = await house.daemon("fleet: {timeoutMs: 500}");
    house.write("fleet:\n  timeotMs: canary-value");
    const said = await daemon.hangUp();
    expect(said).toContain("mcp-ops.yaml:2: fleet.timeotMs is no key of the config. Did you mean timeoutMs?");
    expect(said).not.toContain("canary");
    expect(await ailing(daemon)).toEqual(["config"]);
    expect(JSON.parse((await ask(daemon.admin, "/api/v1/config")).body)).toMatchObject({ fleet: { timeoutMs: 500 } });
    expect(await ask(daemon.probes, "/livez")).toMatchObject({ status: 200 });
    expect(await ask(daemon.probes, "/readyz")).toMatchObject({ status: 200 });

    house.write("fleet: {timeoutMs: 700}");
    expect(await daemon.hangUp()).toContain("read again");
    expect(await ailing(daemon)).toEqual([]);
    expect(JSON.parse((await ask(daemon.admin, "/api/v1/config")).body)).toMatchObject({ fleet: { timeoutMs: 700 } });
    const { body } = await ask(daemon.probes, "/metrics");
    expect(body).toContain(
      'mcp_ops_config_reloads_total{result="ok"} 1\nmcp_ops_config_reloads_total{result="refused"} 1',
    );
  });

  test("listeners move to where the new config says, and stay where they are when that place is taken", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as AddressInfo;
    const [one, two] = ["one.sock", "two.sock"].map((name) => join(house.folder, name)) as [string, string];
    const off = { MCP_OPS_PROBES__LISTEN: "", MCP_OPS_ADMIN__LISTEN: "" };
    const daemon = await house.daemon(`probes: {listen: ${one}}\nadmin: {listen: off}`, off);
    house.write(`probes: {listen: ${two}}\nadmin: {listen: ${port}}`);
    expect(await daemon.hangUp()).toContain(`admin cannot listen on port ${port} of 127.0.0.1: it is in use.`);
    expect(await ask(one, "/livez")).toMatchObject({ status: 200 });
    expect(existsSync(two)).toBe(false);
    house.write(`probes: {listen: ${two}}\nadmin: {listen: off}`);
    expect(await daemon.hangUp()).toContain("read again");
    expect(await ask(two, "/livez")).toMatchObject({ status: 200 });
    expect(existsSync(one)).toBe(false);
    taken.close();
  });
});

test("a port that is in use ends the start with the place and the key to change", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const { port } = taken.address() as AddressInfo;
  house.write(`probes: {listen: ${port}}`);
  const { code, err } = await house.command(["sidecar"]);
  expect(code).toBe(1);
  expect(err).toContain(
    `probes cannot listen on port ${port} of 127.0.0.1: it is in use. Stop what listens there, or choose another place with probes.listen.`,
  );
  taken.close();
});

test("damaged state is set aside and told of, and nothing else suffers", async () => {
  mkdirSync(dirname(house.stateFile), { recursive: true });
  writeFileSync(house.stateFile, "no database, but what a full disk left of one".repeat(100));
  const daemon = await house.daemon();
  expect(await ailing(daemon)).toEqual(["state"]);
  expect(await ask(daemon.probes, "/livez")).toMatchObject({ status: 200 });
  expect(await ask(daemon.probes, "/readyz")).toMatchObject({ status: 200 });
  expect(daemon.err.join("\n")).toMatch(/The state was damaged \(.*\) and is set aside as .*sidecar\.db\.damaged-/);
  const { damagedState } = JSON.parse((await ask(daemon.admin, "/api/v1/status")).body);
  expect(damagedState).toHaveLength(1);
  expect(readdirSync(dirname(house.stateFile))).toContain("sidecar.db");
});

test("a second daemon on the same state does not start", async () => {
  await house.daemon();
  const { code, err } = await house.command(["sidecar"], {
    MCP_OPS_PROBES__LISTEN: "127.0.0.1:0",
    MCP_OPS_ADMIN__LISTEN: "off",
  });
  expect(code).toBe(1);
  expect(err).toContain("Only one sidecar may run on it");
});

describe("a duty", () => {
  const script = [fileURLToPath(new URL("duty-child.ts", import.meta.url))];
  const UNRULY = ["refuses", "rejects", "throws", "reports", "unmeasured"];

  test("that fails in whatever way degrades the daemon and is tried again, while the others go on", async () => {
    await house.rogue("shop", (_, response) => void response.end("x 1\n"));
    const daemon = await house.daemon("", {}, script);
    await vi.waitFor(async () => {
      const { body } = await ask(daemon.probes, "/metrics");
      for (const name of UNRULY) expect(body).toContain(`mcp_ops_duty_failures_total{duty="${name}"} 1\n`);
      expect(body).toContain('mcp_ops_duty_up{duty="fleet"} 1\n');
      expect(body).toContain('x{server="shop",slot="0"} 1\n');
    }, PATIENCE);
    expect(await ask(daemon.probes, "/readyz")).toMatchObject({ status: 200 });
    await vi.waitFor(async () => expect(await ailing(daemon)).toEqual(["hopeless"]), PATIENCE);
    expect(await health(daemon)).toMatchObject({ status: "degraded", ready: true });
    const failures = daemon.err
      .filter((line) => /as it was told/.test(line) && !/hopeless/.test(line))
      .map((line) => JSON.parse(line).msg);
    expect(failures.toSorted()).toEqual(UNRULY.map((name) => `The duty ${name} failed: as it was told`).toSorted());
  });

  test("that does not stop, and would keep the process, is left behind at the deadline, and the exit code says so", async () => {
    const daemon = await house.daemon("stubborn: {stays: true}\nshutdown: {deadlineMs: 300}", {}, script);
    daemon.child.kill("SIGTERM");
    expect(await daemon.ended).toBe(1);
    expect(daemon.err.join("\n")).toContain("with work left undone");
  });
});

test("SIGTERM ends a daemon that waits for a duty to start, and not only when that has been given up", async () => {
  const script = [fileURLToPath(new URL("duty-child.ts", import.meta.url))];
  const daemon = house.starting("sluggish: {hangs: true}", {}, script);
  await vi.waitFor(() => expect(daemon.err.join("\n")).toContain("The duty fleet runs."), PATIENCE);
  daemon.child.kill("SIGTERM");
  expect(await daemon.ended).toBe(0);
  expect(daemon.err.join("\n")).not.toContain("did not start");
});

test("SIGTERM breaks off a scrape that hangs, answers who waits for it, and takes the sockets away", async () => {
  const asked = Promise.withResolvers<void>();
  await house.rogue("hangs", () => asked.resolve());
  const daemon = await house.daemon("fleet: {timeoutMs: 7000}");
  const waiting = ask(daemon.probes, "/metrics");
  await asked.promise;
  daemon.child.kill("SIGTERM");
  expect(await waiting).toMatchObject({ status: 200 });
  expect(await daemon.ended).toBe(0);
});

test("SIGHUP after SIGTERM opens nothing anew", async () => {
  const asked = Promise.withResolvers<void>();
  await house.rogue("hangs", () => asked.resolve());
  const daemon = await house.daemon("fleet: {timeoutMs: 7000}");
  const waiting = ask(daemon.probes, "/metrics");
  await asked.promise;
  house.write(`admin: {listen: ${join(house.folder, "late.sock")}}`);
  daemon.child.kill("SIGTERM");
  daemon.child.kill("SIGHUP");
  await waiting;
  expect(await daemon.ended).toBe(0);
  expect(existsSync(join(house.folder, "late.sock"))).toBe(false);
});

test("a client that sends its request for ever is cut off at the deadline", async () => {
  const daemon = await house.daemon("shutdown: {deadlineMs: 3000}");
  const { hostname, port } = new URL(daemon.probes);
  const client = connect(Number(port), hostname);
  client.write("GET /livez HTTP/1.1\r\n");
  await once(client, "connect");
  expect(await ask(daemon.probes, "/livez")).toMatchObject({ status: 200 });
  const closed = once(client, "close");
  daemon.child.kill("SIGTERM");
  expect(await daemon.ended).toBe(0);
  await closed;
});

test("clients that ask again and again over connections that they keep do not keep a daemon from its end", async () => {
  const daemon = await house.daemon("shutdown: {deadlineMs: 600000}");
  const pollers = Array.from({ length: 8 }, async () => {
    for (let isUp = true; isUp; )
      isUp = await fetch(`${daemon.probes}/metrics`)
        .then((page) => page.text())
        .then(Boolean, () => false);
  });
  await expect.poll(() => ask(daemon.probes, "/livez"), PATIENCE).toMatchObject({ status: 200 });
  daemon.child.kill("SIGTERM");
  expect(await daemon.ended).toBe(0);
  await Promise.all(pollers);
});

describe("the command", () => {
  test("writes a config that the sidecar takes, and checks, shows and describes it", async () => {
    expect(await house.command(["init", "--json"])).toMatchObject({
      code: 0,
      out: expect.stringContaining('"file":"mcp-ops.yaml"'),
    });
    expect(await house.command(["init"])).toMatchObject({
      code: 1,
      err: expect.stringContaining("Add --force to replace it."),
    });
    expect(await house.command(["config", "check"])).toMatchObject({ code: 0 });
    expect(await house.command(["config", "show"])).toMatchObject({
      code: 0,
      out: expect.stringContaining("timeoutMs: 2000 # default"),
    });
    const { out } = await house.command(["config", "schema"]);
    expect(JSON.parse(out)).toMatchObject({ type: "object", properties: { fleet: { type: "object" } } });
  });

  test("says where it misses a config, and how to get one", async () => {
    const { code, err } = await house.command(["sidecar", "--config", "elsewhere.yaml"]);
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining("or write one with mcp-ops init") });
  });
});
