/** Our proxy follows the role: real servers, real sidecars, an arbiter, and clients that never stop writing. */

import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as TransportV1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { LoggingMessageNotificationSchema } from "@modelcontextprotocol/sdk/types.js";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { PATIENCE } from "../sidecar/house.ts";
import { type FollowedFront, followed } from "./followed-front.ts";
import { Pair } from "./pair.ts";
import { CLIENTS, KILLED_MS, nothingTwice, tell, writing } from "./writing.ts";

/** Of each kind. */
const CALLS = 250;

let pair: Pair;
let proxy: FollowedFront;

beforeAll(async () => {
  pair = await Pair.open();
  proxy = await followed(pair);
});
afterAll(async () => {
  await proxy?.[Symbol.asyncDispose]();
  await pair?.[Symbol.asyncDispose]();
});

test("a planned switchover through the proxy loses no call, of clients with sessions and without", async () => {
  const tallies = await writing(proxy.url, CALLS, async () => {
    await pair.switchOver();
    await pair.switchOver();
  });
  const figures = await proxy.figures();
  tell("two switchovers", tallies, figures);
  for (const { failed, answered } of tallies.values()) {
    expect(failed).toEqual([]);
    expect(new Set(answered.map(({ node }) => node))).toEqual(new Set(["a", "b"]));
  }
  nothingTwice(pair, tallies.values());
  expect(figures.moved_sessions).toBeGreaterThanOrEqual(4);
  expect(figures.held_requests).toBeGreaterThan(0);
  expect(figures.turned_away + figures.lost).toBe(0);
});

test("what a session kept in the old process is gone, its stream goes on, and its client has noticed nothing", async () => {
  const client = new ClientV1({ name: "listener", version: "1.0.0" });
  const heard: unknown[] = [];
  client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => void heard.push(params.data));
  await client.connect(new TransportV1(new URL("/sessions", proxy.url)) as Transport);
  const call = async (name: string) => ((await client.callTool({ name })).content as { text: string }[])[0]?.text;
  expect([await call("count"), await call("count")]).toEqual(["1", "2"]);
  const before = await pair.leader();
  await vi.waitFor(async () => {
    await call("announce");
    expect(heard).toContain(`from ${before}`);
  }, PATIENCE);
  const leader = await pair.switchOver();
  expect(await call("count")).toBe("1");
  await vi.waitFor(async () => {
    await call("announce");
    expect(heard).toContain(`from ${leader}`);
  }, PATIENCE);
  expect((await proxy.figures()).reopened_streams).toBeGreaterThan(0);
  await client.close();
});

test("a primary that is killed takes with it what was in flight; the rest waits for the next, and nothing is done twice", async () => {
  const lostBefore = (await proxy.figures()).lost;
  const killing = async () => {
    const crashed = await pair.crash();
    await pair.group.member(pair.other(crashed)).untilPage("/primary", 200);
    await pair.start(crashed);
  };
  const tallies = await writing(proxy.url, 0, killing, KILLED_MS);
  const figures = await proxy.figures();
  tell("kill -9", tallies, figures);
  nothingTwice(pair, tallies.values());
  const failed = [...tallies.values()].reduce((sum, tally) => sum + tally.failed.length, 0);
  expect(failed).toBeLessThanOrEqual(3 * CLIENTS);
  expect(figures.lost - lostBefore).toBe(failed);
});
