import { once } from "node:events";
import { existsSync } from "node:fs";
import { readdir, readFile, rm, truncate } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { verifyAudit } from "@mcp-ops/audit";
import { METRIC } from "@mcp-ops/formats";
import { describe, expect, test, vi } from "vitest";
import { Child } from "../testing/child.ts";
import { freePort } from "../testing/free-port.ts";
import { OPENMETRICS } from "../testing/scraping.ts";
import { tallyOf } from "./figures/compare.ts";
import { scrape, scrapePage } from "./figures/scrape.ts";

const METRICS = /^metrics +(\S+)/;
const SIDECAR = /^sidecar +(\S+)/;
/** What a person reads of the config that the demo breaks. */
const STORY = [
  /^backup +saved: \S+ holds client\.json and bookings\.db, and was read again$/,
  /^ +broken on purpose: client\.json has no servers any more$/,
  /^ +alarm: client\.json lost 2 of 2 servers: travel-desk, server-everything$/,
  /^ +\/metrics +mcp_backup_config_alarms\{set="demo",kind="servers-lost"\} 1$/,
  /^ +\/health +backup down$/,
  /^ +restored by it: client\.json is byte for byte what it was, and the alarm has ended$/,
  /^ {2}mcp-ops backup restore demo \S+ --yes --config \S+\/mcp-ops\.yaml$/,
];
/** And of the primary that is killed. */
const FAILOVER = [
  /^(?:failover| +) (?:a leads, and books; b|b leads, and books; a) stands by, and refuses$/,
  /^(?:failover| +) kill -9: [ab] is gone, its server and its sidecar$/,
  // Which of them it is: a machine that is busy enough may cost the first one its lease before it is killed.
  /^(?:failover| +) [ab] leads with token [2-9]: nobody booked for [\d.]+m?s \(a lease lasts 2\.0s\)$/,
  /^(?:failover| +) [ab] is back, and stands by: it does not take the lead again by itself$/,
  /^taken over: the primary was killed once; nobody booked for [\d.]+m?s, with a lease of 2\.0s\.$/,
  /^ {2}[1-9]\d* bookings, and no token went back\.$/,
];
/** Of a daemon that is asked: what today cost, and whether a promise is kept. */
const LEDGER = [
  /^cost +0\.\d{4} USD today, at made-up prices: tools\/list [1-9][\d.]* %, \w+ [\d.]+ %/,
  /^promise +95 % of calls of travel-desk within 250 ms: (?:judged once a minute is over|[\d.]+ % of \d+, )/,
];
const ENDINGS = ["success", "tool_error", "validation", "unknown_tool", "timeout", "cancelled", "lost", "denied"];

const PRINTER_DOWN = {
  status: "degraded",
  ready: true,
  dependencies: expect.arrayContaining([{ name: "ticket-printer", status: "down", criticality: "optional" }]),
};
const WAIT = { timeout: 60_000, interval: 50 };

describe("npm start", () => {
  test("ends by itself with a summary in which clients and metrics agree, and answers scrapes while it runs", async () => {
    await using demo = new Child("demo/main.ts", { args: ["--for", "3s", "--port", "0"] });
    const metricsUrl = await demo.says(METRICS);
    // In the first seconds it is out of paper.
    await vi.waitFor(async () => expect(await page(metricsUrl, "health")).toMatchObject(PRINTER_DOWN), WAIT);
    const classic = await scrapePage(metricsUrl);
    const openMetrics = await scrapePage(metricsUrl, OPENMETRICS);
    expect(await page(metricsUrl, "audit/head")).toMatchObject({ server: "travel-desk", chain: "travel-desk.0" });
    const folder = await demo.says(/^audit +(\S+)/);
    expect(await readdir(folder)).toContain("travel-desk.key");
    const [sidecar, config] = [await demo.says(SIDECAR), await demo.says(/^config +(\S+)/)];
    await vi.waitFor(async () => {
      const { body } = await scrapePage(sidecar);
      for (const name of ["travel-desk", "server-everything"]) {
        expect(body).toMatch(new RegExp(`^${METRIC.requests}\\{.*server="${name}"`, "m"));
      }
    }, WAIT);
    expect(await readFile(config, "utf8")).toContain("path: client.json");
    expect(demo.process.exitCode).toBeNull();
    expect(classic).toMatchObject({ status: 200, contentType: expect.stringMatching(/^text\/plain; version=0\.0\.4/) });
    expect(openMetrics).toMatchObject({ status: 200, contentType: expect.stringContaining("openmetrics-text") });
    expect(openMetrics.body).toMatch(/\n# EOF\n$/);
    for (const { body } of [classic, openMetrics]) expect(body).toContain(`\n${METRIC.requests}{`);
    expect(await demo.ended).toBe(0);
    expect(demo.stdoutLines.filter((line) => line.startsWith("agree"))).toEqual([
      expect.stringMatching(/^agree: clients and metrics count the same [1-9]\d+ requests/),
      expect.stringMatching(/^agree: the wrapped server's client and metrics count the same [1-9]\d+ requests/),
      expect.stringMatching(/^agree: clients and the sidecar's page count the same [1-9]\d+ requests/),
      expect.stringMatching(/^agree: audit log and metrics count the same [1-9]\d+ exchanges/),
    ]);
    expect(demo.stdoutLines).toContainEqual(expect.stringMatching(/^verifyAudit: intact, [1-9]\d+ records/));
    expect(demo.stdoutLines).toContainEqual(
      expect.stringMatching(/^health +(healthy|degraded: ticket-printer) {2,}ready/),
    );
    expect(demo.stdoutLines).toContainEqual(
      expect.stringMatching(/^wrapped +server-everything +[1-9]\d+ calls +p50 [\d.]+m?s/),
    );
    for (const line of LEDGER) expect(demo.stdoutLines).toContainEqual(expect.stringMatching(line));
    for (const step of [...STORY, ...FAILOVER]) expect(demo.stdoutLines).toContainEqual(expect.stringMatching(step));
    expect(existsSync(dirname(config))).toBe(false);
    await expect(scrapePage(sidecar)).rejects.toThrow("ECONNREFUSED");
    for (const ending of ENDINGS) expect(demo.stdoutLines).toContainEqual(expect.stringMatching(`^${ending} +[1-9]`));
    expect(demo.stderrLines).toEqual([]);
  });

  test("ends at Ctrl-C, of which a terminal tells every process, with its summary and the wrapped server's figures", async () => {
    await using demo = new Child("demo/main.ts", { args: ["--port", "0"], ownGroup: true });
    const sidecar = await demo.says(SIDECAR);
    process.kill(-(demo.process.pid as number), "SIGINT");
    expect(await demo.ended).toBe(0);
    expect(demo.stdoutLines.filter((line) => line.startsWith("agree"))).toHaveLength(4);
    expect(demo.stdoutLines).toContainEqual(expect.stringMatching(/^not shown: the demo was ended/));
    await expect(scrapePage(sidecar)).rejects.toThrow("ECONNREFUSED");
    expect(demo.stdoutLines.at(-1)).toMatch(/^agree/);
  });

  test("leaves its audit log with --keep, and sends its spans to stderr with --traces console", async () => {
    await using demo = new Child("demo/main.ts", { args: ["--port", "0", "--keep", "--traces", "console"] });
    const folder = await demo.says(/^audit +(\S+)/);
    await demo.says(/tools\/call distance/);
    demo.process.kill("SIGINT");
    expect(await demo.ended).toBe(0);
    expect(await verifyAudit({ folder })).toMatchObject({ verdict: "intact", chains: [{ end: "clean" }] });
    await rm(dirname(folder), { recursive: true });
    expect(demo.stdoutLines).toContainEqual(
      expect.stringMatching(/^traces +to stderr, a line of JSON each: [1-9]\d+ spans sent$/),
    );
    expect(demo.stderrLines.map((line) => JSON.parse(line).span)).toContain("tools/call distance");
  });

  test("cleans up behind itself when nobody reads it any more", async () => {
    await using demo = new Child("demo/main.ts", { args: ["--port", "0", "--traces", "console"] });
    const folder = await demo.says(/^audit +(\S+)/);
    demo.process.stderr.destroy();
    expect(await demo.ended).toBe(0);
    expect(existsSync(dirname(folder))).toBe(false);
  });

  test("ends with 1 and the reason when the backup of the broken config cannot be restored", async () => {
    await using demo = new Child("demo/main.ts", { args: ["--for", "1s", "--port", "0"] });
    const backups = join(dirname(await demo.says(/^config +(\S+)/)), "backups", "demo");
    const id = await vi.waitFor(async () => {
      const [first] = (await readdir(backups)).filter((name) => /^\d{8}T/.test(name));
      return first ?? expect.unreachable("There is no backup yet.");
    }, WAIT);
    await truncate(join(backups, id, "data.tar.zst"), 20);
    expect(await demo.ended).toBe(1);
    const reason = new RegExp(`^failed: the sidecar: "mcp-ops backup restore demo ${id} .*" ended by exit code 1: `);
    expect(demo.stdoutLines).toContainEqual(expect.stringMatching(reason));
  });

  test("sends its spans to the collector that OTEL_EXPORTER_OTLP_ENDPOINT names", async () => {
    let batches = 0;
    const collector = createServer((request, response) => {
      if (request.url === "/v1/traces") batches++;
      request.resume().on("end", () => response.end());
    }).listen(0, "127.0.0.1");
    await once(collector, "listening");
    const endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
    await using demo = new Child("demo/main.ts", {
      args: ["--port", "0"],
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint },
    });
    const metricsUrl = await demo.says(METRICS);
    await vi.waitFor(async () => expect(tallyOf(await scrape(metricsUrl)).total).toBeGreaterThan(20), WAIT);
    demo.process.kill("SIGINT");
    expect(await demo.ended).toBe(0);
    collector.close();
    expect(batches).toBeGreaterThan(0);
    const sent = demo.stdoutLines.findLast((line) => line.startsWith("traces"));
    expect(sent).toMatch(new RegExp(`^traces +to ${endpoint}: [1-9]\\d+ spans sent$`));
    expect(demo.stderrLines).toEqual([]);
  });

  test("says which port is in use, and the way out", async () => {
    await using first = new Child("demo/main.ts", { args: ["--port", String(await freePort())] });
    const { port } = new URL(await first.says(METRICS));
    await using second = new Child("demo/main.ts", { args: ["--port", port] });
    expect(await second.ended).toBe(1);
    expect(second.stderrLines[0]).toContain(`Port ${port} on 127.0.0.1 is in use.`);
    expect(second.stderrLines.at(-1)).toBe("Here: npm start -- --port 0");
  });

  test("answers a wrong option with a sentence that says the fix", async () => {
    await using demo = new Child("demo/main.ts", { args: ["--for", "ten"] });
    expect(await demo.ended).toBe(2);
    expect(demo.stderrLines).toEqual(['--for cannot be "ten". Give a duration up to a day, such as 10s, 2m or 1h.']);
  });
});

async function page(metricsUrl: string, path: string): Promise<unknown> {
  return (await fetch(new URL(`/${path}`, metricsUrl))).json();
}
