/** Calls over a hard cap are refused, by what the sidecar has said, and by nothing else. */
import { BUDGETS_FILE, COST_FILE } from "@mcp-ops/formats";
import { defaultMetrics, pipelineFor, type WatchBudgetOptions, watch } from "@mcp-ops/kit";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { expect, test, vi } from "vitest";
import { call, front, post } from "../proxy/front.ts";
import { plainUpstream } from "../proxy/plain-upstream.ts";
import { budget, budgetsDocument, costDocument } from "./documents.ts";
import { serve, text } from "./servers.ts";
import { leave, runtimeFolder } from "./stage.ts";

const PATIENCE = { timeout: 60_000, interval: 10 };
const tools = { say: () => text("hello"), other: () => text("hello") };

function gates(options: WatchBudgetOptions) {
  return pipelineFor({
    tracing: false,
    metrics: false,
    health: false,
    journal: false,
    budget: { pollMs: 5, ...options },
  }).gates;
}

test("over HTTP a refusal is 429 with Retry-After, from a server and from the proxy", async () => {
  const folder = runtimeFolder();
  const resetsAt = new Date(Date.now() + 3_600_000).toISOString();
  leave(folder, BUDGETS_FILE, budgetsDocument([budget({ resetsAt })]));
  const handler = createMcpHandler(
    watch(
      () => {
        const server = new McpServer({ name: "shop", version: "1.0.0" });
        server.registerTool("say", {}, () => ({ content: [] }));
        return server;
      },
      { budget: { folder, pollMs: 5 } },
    ),
  );
  const meta = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
  };
  const ask = () =>
    handler.fetch(
      new Request("http://localhost/mcp", {
        method: "POST",
        headers: {
          "content-type": "application/json",
          accept: "application/json, text/event-stream",
          "mcp-protocol-version": "2026-07-28",
          "mcp-method": "tools/call",
          "mcp-name": "say",
        },
        body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "say", _meta: meta } }),
      }),
    );
  const refused = await vi.waitFor(async () => {
    const response = await ask();
    expect(response.status).toBe(429);
    return response;
  }, PATIENCE);
  const after = Number(refused.headers.get("retry-after"));
  expect(after).toBeGreaterThan(3500);
  expect(after).toBeLessThanOrEqual(3600);
  expect(await refused.json()).toMatchObject({ error: { code: -31007 } });
  const { body } = await defaultMetrics().scrape();
  expect(body).toMatch(/mcp_ops_budget_refused_total\{budget="all of it"\} [1-9]/);
  expect(body).toMatch(/mcp_ops_budget_document_age_seconds [0-9.]+/);

  await using upstream = await plainUpstream(({ body: asked, response }) => {
    const { id } = JSON.parse(asked) as { id: number };
    response.setHeader("content-type", "application/json").end(JSON.stringify({ jsonrpc: "2.0", id, result: {} }));
  });
  await using proxy = await front([upstream.url], { gates: gates({ folder }) });
  await vi.waitFor(async () => expect((await post(proxy.url, call(1, "say"))).status).toBe(429), PATIENCE);
  const heard = upstream.received.length;
  const answer = await post(proxy.url, call(2, "say"));
  expect([answer.status, answer.headers.has("retry-after")]).toEqual([429, true]);
  expect(upstream.received).toHaveLength(heard);
});

test.each(["v1", "v2"] as const)(
  "a server of SDK %s refuses calls of tools over the cap, clearly, and nothing else",
  async (sdk) => {
    const folder = runtimeFolder();
    const client = await serve(sdk, tools, { gates: gates({ folder }) });
    await client.callTool("say");
    const resetsAt = new Date(Date.now() + 7_200_000).toISOString();
    leave(folder, BUDGETS_FILE, budgetsDocument([budget({ server: sdk, target: "say", resetsAt })]));
    const refused = await vi.waitFor(async () => {
      const error = await client.callTool("say").then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error).toBeDefined();
      return error as { code: number; message: string; data: object };
    }, PATIENCE);
    expect(refused).toMatchObject({ code: -31007, data: { budget: "all of it", period: "month", resetsAt } });
    expect(refused.message).toMatch(
      /budget "all of it" of this month is used up\. Nothing has been done\. Ask again after/,
    );
    // How much it is, clients need not know.
    expect(JSON.stringify(refused.data)).not.toMatch(/000000|icro/);
    await client.callTool("other");
    await client.listTools();
  },
);

const PASSING: readonly [string, ReturnType<typeof budgetsDocument>][] = [
  ["for another server", budgetsDocument([budget({ server: "v2" })])],
  ["for another principal", budgetsDocument([budget({ principal: "somebody" })])],
  ["that is not hard", budgetsDocument([budget({ isHard: false })])],
  ["that is only nearly used up", budgetsDocument([budget({ state: "warning" })])],
  ["whose period has ended", budgetsDocument([budget({ resetsAt: new Date(Date.now() - 1).toISOString() })])],
  ["that nobody has confirmed for too long", budgetsDocument([budget()], Date.now() - 400_000)],
  ["that is of a time to come, before a clock was set back", budgetsDocument([budget()], Date.now() + 3_600_000)],
];

test.each(PASSING)("a budget %s refuses nothing", async (_, document) => {
  const folder = runtimeFolder();
  leave(folder, BUDGETS_FILE, { ...document, budgets: [...document.budgets, budget({ target: "other" })] });
  const isStale = Math.abs(Date.now() - Date.parse(document.generatedAt)) > 300_000;
  const client = await serve("v1", tools, { gates: gates({ folder }) });
  // The gate knows the document once it refuses what it shall.
  if (!isStale)
    await vi.waitFor(() => expect(client.callTool("other")).rejects.toMatchObject({ code: -31007 }), PATIENCE);
  for (let calls = 0; calls < 3; calls++) await client.callTool("say");
});

const GARBAGE = ["{}", "7", "[null]", '["all of it"]'].map(
  (budgets) => `{"schema":1,"generatedAt":"${new Date().toISOString()}","budgets":${budgets}}`,
);

test("a document that is none refuses nothing, and ends no call", async () => {
  const folders = [...GARBAGE, "{", "[]"].map((garbage) => ({ garbage, folder: runtimeFolder() }));
  const one = async ({ garbage, folder }: (typeof folders)[number]) => {
    leave(folder, BUDGETS_FILE, budgetsDocument([budget({ target: "other" })]));
    const client = await serve("v1", tools, { gates: gates({ folder }) });
    await vi.waitFor(() => expect(client.callTool("other")).rejects.toMatchObject({ code: -31007 }), PATIENCE);
    leave(folder, BUDGETS_FILE, garbage);
    await vi.waitFor(() => client.callTool("other"), PATIENCE);
    await client.callTool("say");
  };
  await Promise.all(folders.map(one));
});

test("a sidecar of another version that leaves no budgets refuses nothing, and the gate says so, once each time", async () => {
  const folder = runtimeFolder();
  const warnings: string[] = [];
  const client = await serve("v1", tools, {
    gates: gates({ folder, onWarning: ({ code, message }) => warnings.push(`${code} ${message}`) }),
  });
  const warned = (times: number) => vi.waitFor(() => expect(warnings).toHaveLength(times), PATIENCE);
  leave(folder, COST_FILE, costDocument("v1", [budget()]));
  await warned(1);
  expect(warnings[0]).toMatch(/^KIT_BUDGETS_UNREAD .*cost\.json.*budgets\.json.*update the older one/);
  await client.callTool("say");
  leave(folder, BUDGETS_FILE, budgetsDocument([budget({ target: "other" })]));
  await vi.waitFor(() => expect(client.callTool("other")).rejects.toMatchObject({ code: -31007 }), PATIENCE);
  leave(folder, BUDGETS_FILE, { ...budgetsDocument([budget()]), schema: 2 });
  await warned(2);
  await client.callTool("say");
});
