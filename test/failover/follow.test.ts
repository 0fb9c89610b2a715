/** Our proxy follows the role: real servers, real sidecars, an arbiter, and clients that never stop writing. */

import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as TransportV1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { LoggingMessageNotificationSchema } from "@modelcontextprotocol/sdk/types.js";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { PATIENCE } from "../sidecar/house.ts";
import { type Figures, type FollowedFront, followed } from "./followed-front.ts";
import { Pair } from "./pair.ts";
import { Tally, type WriterKind } from "./writers.ts";

const KINDS: readonly WriterKind[] = ["v1 with sessions", "v2 modern", "v2 legacy, stateless"];
const CALLS = 500;
let pair: Pair;
let proxy: FollowedFront;

beforeAll(async () => {
  pair = await Pair.open();
  proxy = await followed(pair);
}, 30_000);
afterAll(async () => {
  await proxy?.[Symbol.asyncDispose]();
  await pair?.[Symbol.asyncDispose]();
});

/** Two clients of each kind write while `meanwhile` happens, and go on until each kind has so many answers. */
async function writing(calls: number, meanwhile: () => Promise<unknown>) {
  const tallies = new Map(KINDS.map((kind) => [kind, new Tally()]));
  let isOver = false;
  const writers = [...tallies].flatMap(([kind, tally]) => {
    const enough = () => isOver && tally.answered.length >= calls;
    return [tally.run(kind, proxy.url, enough), tally.run(kind, proxy.url, enough)];
  });
  await vi.waitFor(() => {
    for (const { answered } of tallies.values()) expect(answered.length).toBeGreaterThan(20);
  }, PATIENCE);
  await meanwhile().finally(() => {
    isOver = true;
  });
  await Promise.all(writers);
  return tallies;
}

function tell(what: string, tallies: ReadonlyMap<string, Tally>, figures: Figures): void {
  for (const [kind, tally] of tallies) {
    const { answered, failed } = tally;
    console.log(
      `${what}, ${kind}: ${answered.length} answered, ${failed.length} failed, longest gap ${Math.round(tally.longestGapMs())} ms`,
    );
  }
  console.log(`${what}: ${JSON.stringify(figures)}`);
}

function nothingTwice(tallies: ReadonlyMap<string, Tally>): void {
  expect(new Set(pair.written).size).toBe(pair.written.length);
  const written = new Set(pair.written);
  for (const { answered } of tallies.values()) for (const { call } of answered) expect(written).toContain(call);
}

test("a planned switchover through the proxy loses no call, of clients with sessions and without", async () => {
  const tallies = await writing(CALLS, async () => {
    await pair.switchOver();
    await pair.switchOver();
  });
  const figures = await proxy.figures();
  tell("two switchovers", tallies, figures);
  for (const { failed, answered } of tallies.values()) {
    expect(failed).toEqual([]);
    expect(new Set(answered.map(({ node }) => node))).toEqual(new Set(["a", "b"]));
  }
  nothingTwice(tallies);
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
  const tallies = await writing(0, async () => {
    const crashed = await pair.crash();
    await pair.group.member(pair.other(crashed)).untilPage("/primary", 200);
    await pair.start(crashed);
  });
  const figures = await proxy.figures();
  tell("kill -9", tallies, figures);
  nothingTwice(tallies);
  const failed = [...tallies.values()].reduce((sum, tally) => sum + tally.failed.length, 0);
  // Six clients with a call each, and two streams of sessions.
  expect(failed).toBeLessThanOrEqual(6);
  expect(figures.lost - lostBefore).toBe(failed);
});

test("a primary that is told to end loses no call", async () => {
  const tallies = await writing(0, async () => {
    const ended = await pair.end();
    await pair.group.member(pair.other(ended)).untilPage("/primary", 200);
    await pair.start(ended);
  });
  tell("SIGTERM", tallies, await proxy.figures());
  nothingTwice(tallies);
  for (const { failed } of tallies.values()) expect(failed).toEqual([]);
});
