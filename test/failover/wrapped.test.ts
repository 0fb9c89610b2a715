/** A server behind `mcp-ops wrap`, beside a real agent whose lease runs out. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test, vi } from "vitest";
import { call, PATIENCE, PipeClient, wrapped } from "../wrap/pipe-client.ts";
import { Group } from "./group.ts";

const STUBBORN = fileURLToPath(new URL("fixtures/stubborn.mjs", import.meta.url));
/** Its margin is half a second: more than a busy machine is late by. */
const TTL_MS = 5_000;

test("a server that heeds neither cancellation nor SIGTERM is dead before the lease is another's", async () => {
  await using group = await Group.lasting(TTL_MS, "a", "b");
  const a = await group.start("a");
  await a.untilPage("/primary", 200);
  const b = await group.start("b");
  await b.untilView({ primary: { node: "a" }, reasons: [] });
  const beats = join(a.house.folder, "beats");
  await using client = new PipeClient(wrapped([process.execPath, STUBBORN, beats], "--role-url", a.probes));
  await client.greet();
  client.say(call(1, "work"));
  await vi.waitUntil(() => existsSync(beats), PATIENCE);
  a.daemon?.child.kill("SIGKILL");
  await b.untilPage("/primary", 200);
  const { transitions } = (await b.api("/api/v1/failover/history")).body as {
    transitions: { to: string; at: string }[];
  };
  const given = transitions.findLast(({ to }) => to === "preparing");
  const last = Number(readFileSync(beats, "utf8").trimEnd().split("\n").at(-1));
  expect(last).toBeLessThan(Date.parse(given?.at ?? ""));
  expect(await client.ended).toEqual({ code: null, signal: "SIGKILL" });
  expect(client.messages.at(-1)).toMatchObject({ id: 1, error: { code: -31006 } });
});
