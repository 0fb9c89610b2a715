import { METRIC } from "@mcp-ops/formats";
import { describe, expect, test } from "vitest";
import { Child } from "../testing/child.ts";
import { freePort } from "../testing/free-port.ts";
import { OPENMETRICS, scrapePage } from "../testing/scraping.ts";

const METRICS = /^metrics +(\S+)/;
const ENDINGS = ["success", "tool_error", "validation", "unknown_tool", "timeout", "cancelled", "lost", "denied"];

describe("npm start", () => {
  test("ends by itself with a summary in which clients and metrics agree, and answers scrapes while it runs", async () => {
    await using demo = new Child("demo/main.ts", { args: ["--for", "3s", "--port", "0"] });
    const metricsUrl = await demo.says(METRICS);
    const classic = await scrapePage(metricsUrl);
    const openMetrics = await scrapePage(metricsUrl, OPENMETRICS);
    expect(demo.process.exitCode).toBeNull();
    expect(classic).toMatchObject({ status: 200, contentType: expect.stringMatching(/^text\/plain; version=0\.0\.4/) });
    expect(openMetrics).toMatchObject({ status: 200, contentType: expect.stringContaining("openmetrics-text") });
    expect(openMetrics.body).toMatch(/\n# EOF\n$/);
    for (const { body } of [classic, openMetrics]) expect(body).toContain(`\n${METRIC.requests}{`);
    expect(await demo.ended).toBe(0);
    expect(demo.stdoutLines.at(-1)).toMatch(/^agree: clients and metrics count the same [1-9]\d+ requests/);
    for (const ending of ENDINGS) expect(demo.stdoutLines).toContainEqual(expect.stringMatching(`^${ending} +[1-9]`));
    expect(demo.stderrLines).toEqual([]);
  });

  test("ends at Ctrl-C with its summary", async () => {
    await using demo = new Child("demo/main.ts", { args: ["--port", "0"] });
    await demo.says(METRICS);
    demo.process.kill("SIGINT");
    expect(await demo.ended).toBe(0);
    expect(demo.stdoutLines.at(-1)).toMatch(/^agree/);
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
