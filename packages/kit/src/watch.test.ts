import type { Exchange, Observer } from "@mcp-ops/exchange";
import { metrics } from "@mcp-ops/metrics";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { describe, expect, it } from "vitest";
import { defaultMetrics } from "./default-metrics.ts";
import { pipelineFor } from "./pipelines.ts";
import { watch } from "./watch.ts";
import type { WatchOptions } from "./watch-options.ts";

async function callEcho(server: McpServer): Promise<void> {
  server.registerTool("echo", {}, () => ({ content: [{ type: "text", text: "hello" }] }));
  const [here, there] = InMemoryTransport.createLinkedPair();
  const client = new Client({ name: "test", version: "1.0.0" });
  await Promise.all([server.connect(here), client.connect(there)]);
  await client.callTool({ name: "echo" });
  await client.close();
}

function calls(name: string): string {
  return `mcp_requests_total{server="${name}",method="tools/call",target="echo",status="success"}`;
}

describe("watch(server)", () => {
  it("gives the server back and counts in the metrics all servers share", async () => {
    const server = new McpServer({ name: "one-line", version: "1.0.0" });
    expect(watch(server)).toBe(server);
    await callEcho(server);
    expect((await defaultMetrics().scrape()).body).toContain(`${calls("one-line")} 1`);
  });

  it("counts once when it is called twice", async () => {
    const server = new McpServer({ name: "twice", version: "1.0.0" });
    await callEcho(watch(watch(server)));
    expect((await defaultMetrics().scrape()).body).toContain(`${calls("twice")} 1`);
  });

  it("takes a name, observers beside the metrics, and metrics of one's own", async () => {
    const own = metrics({ processMetrics: false });
    const seen: Exchange[] = [];
    const observer: Observer = (exchange, next) => {
      seen.push(exchange);
      return next();
    };
    const server = new McpServer({ name: "given", version: "1.0.0" });
    await callEcho(watch(server, { server: "renamed", observers: [observer], metrics: own, journal: false }));
    expect(seen.map(({ method }) => method)).toContain("tools/call");
    expect((await own.scrape()).body).toContain(`${calls("renamed")} 1`);
    expect((await defaultMetrics().scrape()).body).not.toContain("renamed");
  });

  it("counts the faults of observers and tells them, and the call goes on", async () => {
    const faults: unknown[] = [];
    const rude: Observer = () => {
      throw new Error("rude");
    };
    const server = new McpServer({ name: "patient", version: "1.0.0" });
    await callEcho(watch(server, { observers: [rude], onFault: (fault) => faults.push(fault.kind) }));
    expect(faults).toContain("threw");
    const { body } = await defaultMetrics().scrape();
    expect(body).toContain(`${calls("patient")} 1`);
    expect(body).toMatch(/mcp_ops_observer_faults_total\{[^}]*"threw"[^}]*\} [1-9]/);
  });

  it("measures nothing with metrics: false", async () => {
    const server = new McpServer({ name: "unmeasured", version: "1.0.0" });
    await callEcho(watch(server, { metrics: false, journal: false }));
    expect((await defaultMetrics().scrape()).body).not.toContain("unmeasured");
  });

  it("shapes the shared metrics by options that name no registry", () => {
    const shaped = pipelineFor({ metrics: { names: "classic" } });
    expect(shaped.observers.map(({ name }) => name)).toEqual(["tracing", "metrics", "journal"]);
    expect(() => pipelineFor({ metrics: { maxSeries: 999 } })).toThrow(
      expect.objectContaining({ code: "METRICS_CONFLICT" }),
    );
  });
});

describe("called for every request, as SDK v2 does", () => {
  it("uses one pipeline for all that give no options, or the same object", () => {
    const options: WatchOptions = { server: "weather" };
    expect(pipelineFor()).toBe(pipelineFor());
    expect(pipelineFor(options)).toBe(pipelineFor(options));
    expect(pipelineFor(options)).not.toBe(pipelineFor());
  });

  it("recognises options written inline by what they hold", () => {
    const observer: Observer = (_, next) => next();
    const inline = () => pipelineFor({ server: "inline", observers: [observer], metrics: { names: "both" } });
    expect(inline()).toBe(inline());
  });

  it("makes a new pipeline, but no new instruments, when the functions are inline too", async () => {
    const inline = () => pipelineFor({ server: "closures", observers: [(_, next) => next()] });
    const before = (await defaultMetrics().scrape()).body.split("\n").length;
    const [first, second] = [inline(), inline()];
    for (let round = 0; round < 100; round++) inline();
    expect(first).not.toBe(second);
    expect(first.observers[1]).toBe(second.observers[1]);
    expect((await defaultMetrics().scrape()).body.split("\n")).toHaveLength(before);
  });

  it("leaves undefined options to their defaults", () => {
    const { maxOpenExchanges, learnTargets, gates, observers } = pipelineFor({
      maxOpenExchanges: undefined,
      learnTargets: undefined,
      gates: undefined,
      tracing: undefined,
      health: undefined,
      audit: undefined,
    });
    expect({ maxOpenExchanges, learnTargets, gates, observers }).toEqual({
      maxOpenExchanges: 10_000,
      learnTargets: true,
      gates: pipelineFor().gates,
      observers: pipelineFor().observers,
    });
  });
});

describe("wrong options fail at once", () => {
  const server = new McpServer({ name: "never", version: "1.0.0" });

  it.each([
    [{ sever: "x" }, "KIT_OPTION_UNKNOWN", "watch() has no option `sever`. Did you mean `server`?"],
    [{ Observers: [] }, "KIT_OPTION_UNKNOWN", "Did you mean `observers`?"],
    [
      { colour: "blue" },
      "KIT_OPTION_UNKNOWN",
      "It has: server, tracing, metrics, audit, health, role, journal, cost, budget, log, observers, gates",
    ],
    [{ constructor: 1 }, "KIT_OPTION_UNKNOWN", "watch() has no option `constructor`."],
    [{ server: "" }, "KIT_OPTION_WRONG", 'The option `server` of watch() must be a text, not "".'],
    [
      { metrics: true },
      "KIT_OPTION_WRONG",
      "must be false, options for metrics(), or what metrics() returned, not true.",
    ],
    [{ observers: () => {} }, "KIT_OPTION_WRONG", "must be a list of functions, not a function."],
    [{ gates: [1] }, "KIT_OPTION_WRONG", "must be a list of functions, not a list."],
    [{ onFault: "log" }, "KIT_OPTION_WRONG", 'must be a function, not "log".'],
    [{ maxOpenExchanges: 0 }, "KIT_OPTION_WRONG", "must be a whole number from 1, not 0."],
    [{ learnTargets: 1 }, "KIT_OPTION_WRONG", "must be true or false, not 1."],
    ["weather", "KIT_OPTION_WRONG", 'The options of watch() must be an object, not "weather".'],
    [{ metrics: { nmes: "both" } }, "METRICS_BAD_OPTION", "nmes"],
    [{ audti: {} }, "KIT_OPTION_UNKNOWN", "Did you mean `audit`?"],
    [{ health: true }, "KIT_OPTION_WRONG", "must be false, options for health(), or what health() returned, not true."],
    [{ log: {} }, "KIT_OPTION_WRONG", "must be what requestLog() returned, not an object."],
    [{ tracing: { mod: "off" } }, "KIT_OPTION_UNKNOWN", "watch({ tracing }) has no option `mod`. Did you mean `mode`?"],
    [{ tracing: { mode: "on" } }, "KIT_OPTION_WRONG", 'must be one of native, propagation-only, off, not "on".'],
    [
      { health: { cheks: [] } },
      "KIT_OPTION_UNKNOWN",
      "watch({ health }) has no option `cheks`. Did you mean `checks`?",
    ],
    [{ audit: { foldr: "x" } }, "KIT_OPTION_UNKNOWN", "watch({ audit }) has no option `foldr`. Did you mean `folder`?"],
    [{ audit: { folder: "x" } }, "KIT_OPTION_WRONG", "Give one: watch(x, { server, audit })."],
    [{ role: { reads: "refuse" } }, "KIT_OPTION_WRONG", "watch({ role }) needs the option `url`"],
    [{ role: { url: "x", reads: "stale" } }, "KIT_OPTION_WRONG", "must be one of refuse, serve-stale"],
    [{ role: { url: "nowhere" } }, "GUARD_ROLE_ADDRESS", "Give the URL of the agent"],
    [{ role: "primary" }, "KIT_OPTION_WRONG", 'or "in-front"'],
    [{ server: "x", audit: {} }, "AUDIT_OPTIONS_INVALID", "The audit log has nowhere to go."],
  ])("%j", (options, code, message) => {
    expect(() => watch(server, options as WatchOptions)).toThrow(
      expect.objectContaining({ name: "OpsError", code, message: expect.stringContaining(message) }),
    );
  });

  it("and so does something that cannot be watched", () => {
    expect(() => watch({})).toThrow(expect.objectContaining({ code: "TAP_UNKNOWN_SUBJECT" }));
  });
});
