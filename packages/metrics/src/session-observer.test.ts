import type { Connection, ConnectionEnd } from "@mcp-ops/exchange";
import { expect, test } from "vitest";
import { samples, withoutBuckets } from "../testing/exchanges.ts";
import { metrics } from "./metrics.ts";

const CONNECTION: Connection = {
  server: "shop",
  transport: "http",
  session: "a session id",
  revision: "2025-11-25",
  era: "legacy",
  client: undefined,
};

function open(kind: "session" | "stdio" | "stream" | "memory", parts: Partial<Connection> = {}) {
  const m = metrics({ processMetrics: false });
  const { promise, resolve } = Promise.withResolvers<ConnectionEnd>();
  const observed = m.connectionObserver({ ...CONNECTION, ...parts }, kind, promise);
  const close = async (error?: Error) => {
    resolve({ durationMs: 1500, error });
    await observed;
  };
  return { m, close };
}

test("a connection counts as active until it closes", async () => {
  const { m, close } = open("stdio");
  const series = 'mcp_active_connections{server="shop",kind="stdio"}';
  expect(await samples(m)).toMatchObject({ [series]: 1 });
  await close();
  expect(await samples(m)).toMatchObject({ [series]: 0 });
});

test("how long a session lasted is observed when it ends", async () => {
  const { m, close } = open("session");
  await close();
  const labels = 'server="shop",mcp_protocol_version="2025-11-25",network_transport="tcp",network_protocol_name="http"';
  expect(withoutBuckets(await samples(m, "mcp_server_session"))).toEqual({
    [`mcp_server_session_duration_seconds_sum{${labels}}`]: 1.5,
    [`mcp_server_session_duration_seconds_count{${labels}}`]: 1,
  });
});

test("a session that its carrier broke says so", async () => {
  const { m, close } = open("session");
  await close(new Error("reset by 10.0.0.1"));
  const { body } = await m.scrape();
  expect(body).toContain('error_type="lost"');
  expect(body).not.toContain("10.0.0.1");
});

test.each([
  ["an event stream", "stream", {}],
  ["a connection of revision 2026-07-28", "stdio", { era: "modern", revision: "2026-07-28" }],
] as const)("%s is no session", async (_title, kind, parts) => {
  const { m, close } = open(kind, parts);
  await close();
  expect(await samples(m, "mcp_server_session")).toEqual({});
});
