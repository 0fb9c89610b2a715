import { once } from "node:events";
import { existsSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { verifyAudit } from "@mcp-ops/audit";
import { METRIC } from "@mcp-ops/formats";
import { describe, expect, test, vi } from "vitest";
import { Child } from "../testing/child.ts";
import { freePort } from "../testing/free-port.ts";
import { OPENMETRICS } from "../testing/scraping.ts";
import { scrapePage } from "./figures/scrape.ts";

const METRICS = /^metrics +(\S+)/;
const ENDINGS = ["success", "tool_error", "validation", "unknown_tool", "timeout", "cancelled", "lost", "denied"];

const PRINTER_DOWN = {
  status: "degraded",
  ready: true,
  dependencies: expect.arrayContaining([{ name: "ticket-printer", status: "down", criticality: "optional" }]),
};
const WAIT = { timeout: 5_000, interval: 50 };

describe("npm start", () => {
  test("ends by itself with a summary in which clients and metrics agree, and answers scrapes while it runs", async () => {
    await using demo = new Child("demo/main.ts", { args: ["--for", "3s", "--port", "0"] });
    const metricsUrl = await demo.says(METRICS);
    const classic = await scrapePage(metricsUrl);
    const openMetrics = await scrapePage(metricsUrl, OPENMETRICS);
    await vi.waitFor(async () => expect(await page(metricsUrl, "health")).toMatchObject(PRINTER_DOWN), WAIT);
    expect(await page(metricsUrl, "audit/head")).toMatchObject({ server: "travel-desk", chain: "travel-desk.0" });
    const folder = await demo.says(/^audit +(\S+)/);
    expect(await readdir(folder)).toContain("travel-desk.key");
    expect(demo.process.exitCode).toBeNull();
    expect(classic).toMatchObject({ status: 200, contentType: expect.stringMatching(/^text\/plain; version=0\.0\.4/) });
    expect(openMetrics).toMatchObject({ status: 200, contentType: expect.stringContaining("openmetrics-text") });
    expect(openMetrics.body).toMatch(/\n# EOF\n$/);
    for (const { body } of [classic, openMetrics]) expect(body).toContain(`\n${METRIC.requests}{`);
    expect(await demo.ended).toBe(0);
    expect(demo.stdoutLines.filter((line) => line.startsWith("agree"))).toEqual([
      expect.stringMatching(/^agree: clients and metrics count the same [1-9]\d+ requests/),
      expect.stringMatching(/^agree: the wrapped server's client and metrics count the same [1-9]\d+ requests/),
      expect.stringMatching(/^agree: audit log and metrics count the same [1-9]\d+ exchanges/),
    ]);
    expect(demo.stdoutLines).toContainEqual(expect.stringMatching(/^verifyAudit: intact, [1-9]\d+ records/));
    expect(demo.stdoutLines).toContainEqual(expect.stringMatching(/^health .*degraded: ticket-printer {2,}ready/));
    expect(demo.stdoutLines).toContainEqual(
      expect.stringMatching(/^wrapped +server-everything +[1-9]\d+ calls +p50 [\d.]+m?s/),
    );
    expect(existsSync(folder)).toBe(false);
    for (const ending of ENDINGS) expect(demo.stdoutLines).toContainEqual(expect.stringMatching(`^${ending} +[1-9]`));
    expect(demo.stderrLines).toEqual([]);
  });

  test("ends at Ctrl-C, of which a terminal tells every process, with its summary and the wrapped server's figures", async () => {
    await using demo = new Child("demo/main.ts", { args: ["--port", "0"], ownGroup: true });
    await demo.says(METRICS);
    process.kill(-(demo.process.pid as number), "SIGINT");
    expect(await demo.ended).toBe(0);
    expect(demo.stdoutLines.filter((line) => line.startsWith("agree"))).toHaveLength(3);
    expect(demo.stdoutLines.at(-1)).toMatch(/^agree/);
  });

  test("leaves its audit log with --keep, and sends its spans to stderr with --traces console", async () => {
    await using demo = new Child("demo/main.ts", {
      args: ["--for", "1s", "--port", "0", "--keep", "--traces", "console"],
    });
    const folder = await demo.says(/^audit +(\S+)/);
    expect(await demo.ended).toBe(0);
    expect(await verifyAudit({ folder })).toMatchObject({ verdict: "intact", chains: [{ end: "clean" }] });
    await rm(folder, { recursive: true });
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
    expect(existsSync(folder)).toBe(false);
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
      args: ["--for", "1s", "--port", "0"],
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint },
    });
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
