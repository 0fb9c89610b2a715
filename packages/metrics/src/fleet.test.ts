import type { Exchange, Outcome } from "@mcp-ops/exchange";
import { expect, test } from "vitest";
import { errorOf, exchangeOf, LOST, resultOf, samples } from "../testing/exchanges.ts";
import { fleet } from "./fleet.ts";
import { metrics } from "./metrics.ts";

type Listed = { readonly tools: readonly string[]; readonly cursor?: string; readonly nextCursor?: string };

function open() {
  const shown = metrics();
  const { observer, ...rest } = fleet(shown);
  const see = async (exchange: Exchange, outcome: Outcome) => observer(exchange, async () => outcome);
  const list = ({ tools, cursor, nextCursor }: Listed, principal?: string) =>
    see(
      exchangeOf({ method: "tools/list", principal, params: cursor === undefined ? {} : { cursor } }),
      resultOf({ result: { tools: tools.map((name) => ({ name })), ...(nextCursor && { nextCursor }) } }),
    );
  const changes = async () =>
    (await samples(shown, "mcp_tool_list"))['mcp_tool_list_changes_total{server="shop"}'] ?? 0;
  return { shown, see, list, changes, ...rest };
}

test("a server is up or down under the name it has by then, until it is taken away", async () => {
  const { shown, showUp } = open();
  let name = "npx";
  let isUp = true;
  const hide = showUp(
    () => name,
    () => isUp,
  );
  expect(await samples(shown, "mcp_server_up")).toEqual({ 'mcp_server_up{server="npx"}': 1 });
  [name, isUp] = ["shop", false];
  expect(await samples(shown, "mcp_server_up")).toEqual({ 'mcp_server_up{server="shop"}': 0 });
  hide();
  expect(await samples(shown, "mcp_server_up")).toEqual({});
});

test("handshakes that failed are counted, however they failed", async () => {
  const { shown, see } = open();
  const initialize = exchangeOf({ method: "initialize" });
  for (const outcome of [resultOf(), errorOf(-32603), LOST]) await see(initialize, outcome);
  await see(exchangeOf(), LOST);
  expect(await samples(shown, "mcp_server_init")).toEqual({
    'mcp_server_initialize_failures_total{server="shop"}': 2,
  });
});

test("a list of tools has changed when a whole listing differs from the one before, for the same principal", async () => {
  const { list, changes } = open();
  for (const round of [1, 2]) {
    await list({ tools: ["a", "b"], nextCursor: "2" });
    await list({ tools: ["c"], cursor: "2" });
    expect(await changes(), `round ${round}`).toBe(0);
  }
  await list({ tools: ["only for them"] }, "somebody else");
  expect(await changes()).toBe(0);
  await list({ tools: ["a", "b"], nextCursor: "2" });
  await list({ tools: ["d"], cursor: "2" });
  expect(await changes()).toBe(1);
});

test("a thousand names of servers have a series each, and the rest one together", async () => {
  const { shown, count } = open();
  for (let number = 0; number < 1100; number++) count("mcp_server_restarts_total", `server ${number}`);
  const found = await samples(shown, "mcp_server_restarts");
  expect(Object.keys(found)).toHaveLength(1001);
  expect(found['mcp_server_restarts_total{server="_other"}']).toBe(100);
});
