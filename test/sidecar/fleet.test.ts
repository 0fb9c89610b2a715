/** The sidecar finds the servers of its machine, and shows them on one page. */
import { spawnSync } from "node:child_process";
import type { RequestListener } from "node:http";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ask } from "./asking.ts";
import { type Daemon, House, PATIENCE } from "./house.ts";

let house: House;

beforeEach(() => {
  house = new House();
});
afterEach(() => house[Symbol.asyncDispose]());

const OPENMETRICS = { headers: { accept: "application/openmetrics-text; version=1.0.0" } };
const promtool = spawnSync("promtool", ["--version"]).error === undefined;
if (!promtool)
  console.log("promtool is missing, so parts of tests are skipped. Install the Debian package prometheus.");

/** A new page: one that is younger than a second is shown again. */
async function samples(daemon: Daemon, matching: RegExp): Promise<readonly string[]> {
  const { body } = await ask(daemon.probes, "/metrics");
  return body.split("\n").filter((line) => !line.startsWith("#") && matching.test(line));
}

function up(daemon: Daemon): Promise<readonly string[]> {
  return samples(daemon, /^mcp_ops_fleet_up/).then((lines) => lines.toSorted());
}

interface Member {
  readonly server: string;
}

const calls = /^mcp_requests_total.*target="echo"/;

test("two servers on sockets are on one page, under their names, in both formats", async () => {
  await house.server("shop");
  await house.server("shop");
  await house.server("blog");
  const daemon = await house.daemon();
  const classic = await ask(daemon.probes, "/metrics");
  expect(classic.headers["content-type"]).toBe("text/plain; version=0.0.4; charset=utf-8");
  const found = classic.body.split("\n").filter((line) => calls.test(line));
  expect(found).toHaveLength(3);
  for (const line of found) expect(line).toMatch(/server="(shop|blog)".*slot="[012]"} 3$/);
  expect(classic.body.match(/^# TYPE mcp_requests_total counter$/gm)).toHaveLength(1);
  expect(classic.body.match(/^process_resident_memory_bytes\{server="(?:shop|blog)",slot="\d"} /gm)).toHaveLength(3);

  expect(classic.body.match(/^process_resident_memory_bytes\{server="mcp-ops-sidecar"} /gm)).toHaveLength(1);
  expect(classic.body.match(/^# TYPE process_resident_memory_bytes /gm)).toHaveLength(1);

  const open = await ask(daemon.probes, "/metrics", OPENMETRICS);
  expect(open.headers["content-type"]).toMatch(/^application\/openmetrics-text; version=1\.0\.0/);
  expect(open.body.match(/^# TYPE mcp_requests counter$/gm)).toHaveLength(1);
  expect(open.body.endsWith("\n# EOF\n")).toBe(true);
  if (!promtool) return;
  const { status, stdout, stderr } = spawnSync("promtool", ["check", "metrics"], {
    input: classic.body,
    encoding: "utf8",
  });
  // It would rather not see these names of prom-client's; it has to live with them.
  const lint = /^nodejs_active_\w+_total non-counter metrics should not have "_total" suffix$/;
  expect((stdout + stderr).split("\n").filter((line) => line !== "" && !lint.test(line))).toEqual([]);
  expect([0, 3]).toContain(status);
});

test("a server that is killed is shown as down and its registration swept; one that ends as it should is gone", async () => {
  const [killed, leaves] = [await house.server("killed"), await house.server("leaves")];
  await house.server("stays");
  const daemon = await house.daemon();
  expect(await up(daemon)).toHaveLength(3);
  killed.child.kill("SIGKILL");
  leaves.child.stdin?.end();
  await Promise.all([killed.ended, leaves.ended]);
  await vi.waitFor(async () => {
    expect(await up(daemon)).toEqual([
      expect.stringMatching(/server="killed",slot="\d"} 0$/),
      expect.stringMatching(/server="stays",slot="\d"} 1$/),
    ]);
    expect(house.registrations()).toHaveLength(1);
  }, PATIENCE);
  expect(await samples(daemon, calls)).toHaveLength(1);
});

test("a server that was killed is shown as down though another one has swept its registration since", async () => {
  const killed = await house.server("killed");
  const daemon = await house.daemon("fleet: { rememberDeadMs: 600000 }");
  expect(await up(daemon)).toHaveLength(1);
  daemon.child.kill("SIGSTOP");
  killed.child.kill("SIGKILL");
  await killed.ended;
  await house.server("later");
  expect(house.registrations()).toHaveLength(1);
  daemon.child.kill("SIGCONT");
  await vi.waitFor(async () => {
    expect(await up(daemon)).toEqual([
      expect.stringMatching(/server="killed",slot="\d"} 0$/),
      expect.stringMatching(/server="later",slot="\d"} 1$/),
    ]);
  }, PATIENCE);
});

test("a server that starts later is on the next page, and a restart of the sidecar changes no slot", async () => {
  const first = await house.server("a");
  const daemon = await house.daemon();
  await house.server("b");
  const both = await vi.waitFor(async () => {
    const lines = await up(daemon);
    expect(lines).toHaveLength(2);
    return lines;
  }, PATIENCE);
  first.child.stdin?.end();
  await first.ended;
  daemon.child.kill("SIGTERM");
  expect(await daemon.ended).toBe(0);
  expect(await up(await house.daemon())).toEqual(both.filter((line) => line.includes('"b"')));
});

describe("a server that misbehaves is down, says why, and delays or spoils nothing", () => {
  const endless: RequestListener = (_, response) => {
    const more = () => {
      while (response.write("a_very_long_name_of_a_metric_that_never_ends 1\n"));
    };
    response.on("drain", more).on("error", () => {});
    more();
  };
  const page = (body: string, contentType = "text/plain") =>
    ((_, response) => response.setHeader("content-type", contentType).end(body)) as RequestListener;

  const misbehaving: Readonly<Record<string, readonly [RequestListener, string]>> = {
    "never answers": [() => {}, "did not answer within 1000 ms"],
    "never ends its answer": [(_, response) => void response.write("a"), "did not answer within 1000 ms"],
    "answers for ever": [endless, "shows more than 100000 bytes"],
    "answers with an error": [(_, response) => void response.writeHead(500).end(), "answers with status 500"],
    redirects: [
      (_, response) => void response.writeHead(302, { location: "/metrics" }).end(),
      "answers with status 302",
    ],
    "breaks off": [
      (_, response) => void response.writeHead(200, { "content-length": "9" }).write("a 1", () => response.destroy()),
      "does not answer",
    ],
    "shows something else": [page("<html>secret-canary</html>"), "Line 1 of the page is neither"],
    "shows half a page": [page("a 1\n", "application/openmetrics-text"), "is neither"],
  };

  test("and so do many of them at once", async () => {
    await house.server("good");
    for (const [name, [answer]] of Object.entries(misbehaving)) await house.rogue(name, answer);
    const daemon = await house.daemon("fleet: {timeoutMs: 1000, maxBytes: 100000}");
    expect(await samples(daemon, calls)).toHaveLength(1);
    const { servers } = JSON.parse((await ask(daemon.admin, "/api/v1/fleet")).body) as { servers: readonly Member[] };
    expect(servers.find(({ server }) => server === "good")).toMatchObject({ up: true });
    for (const [name, [, message]] of Object.entries(misbehaving)) {
      expect(servers.find(({ server }) => server === name)).toMatchObject({
        up: false,
        message: expect.stringContaining(message),
      });
    }
    expect((await up(daemon)).filter((line) => line.endsWith(" 1"))).toHaveLength(1);
    expect(JSON.stringify(servers) + daemon.err.join()).not.toContain("secret-canary");
  });

  test("one that shows too many series, or takes a name of another, loses these and keeps the rest", async () => {
    const flood = Array.from({ length: 300 }, (_, n) => `flood{n="${n}"} 1`).join("\n");
    await house.rogue("older", page("# TYPE taken gauge\ntaken 1"));
    await house.rogue("younger", page(`${flood}\n# TYPE taken counter\ntaken 1\nsmall 1`));
    const daemon = await house.daemon("fleet: {maxSeries: 200}");
    expect(await samples(daemon, /^(?:flood|taken|small|mcp_ops_fleet_dropped_total)/)).toEqual([
      'mcp_ops_fleet_dropped_total{reason="servers"} 0',
      'mcp_ops_fleet_dropped_total{reason="series"} 300',
      'mcp_ops_fleet_dropped_total{reason="conflict"} 1',
      'taken{server="older",slot="0"} 1',
      'small{server="younger",slot="1"} 1',
    ]);
  });

  test("and of too many servers the oldest are shown, and the others counted", async () => {
    await house.rogue("a", page("x 1"));
    await house.rogue("b", page("x 1"));
    await house.rogue("c", page("x 1"));
    const daemon = await house.daemon("fleet: {maxServers: 2}");
    expect(await samples(daemon, /^(?:x|mcp_ops_fleet_dropped_total\{reason="servers"\})/)).toEqual([
      'mcp_ops_fleet_dropped_total{reason="servers"} 1',
      'x{server="a",slot="0"} 1',
      'x{server="b",slot="1"} 1',
    ]);
  });
});

test("many who ask at once cost a server one scrape", async () => {
  let scrapes = 0;
  await house.rogue("counts", (_, response) => {
    scrapes++;
    response.end("x 1\n");
  });
  const daemon = await house.daemon();
  const pages = await Promise.all(Array.from({ length: 20 }, () => ask(daemon.probes, "/metrics")));
  expect(new Set(pages.map(({ body }) => body)).size).toBe(1);
  expect(scrapes).toBe(1);
});
