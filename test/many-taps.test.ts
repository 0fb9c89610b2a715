/** However often and at however many points one server is watched, an exchange is counted once. */
import { beforeAll, describe, expect, test } from "vitest";
import type { Carrier } from "./carriers/carrier.ts";
import { carriers } from "./carriers/carriers.ts";
import { seen, useHouse } from "./carriers/use-house.ts";
import { v1HttpSessions } from "./carriers/v1-http-sessions.ts";
import { v1HttpStateless } from "./carriers/v1-http-stateless.ts";
import { v1Memory } from "./carriers/v1-memory.ts";
import { v1Stdio } from "./carriers/v1-stdio.ts";
import { v2HttpLegacy, v2HttpModern } from "./carriers/v2-http.ts";
import { v2HttpSessions } from "./carriers/v2-http-sessions.ts";
import { v2Memory } from "./carriers/v2-memory.ts";
import { v2StdioLegacy, v2StdioModern } from "./carriers/v2-stdio.ts";
import type { Sighting } from "./fixtures/cast-recorders.ts";
import type { Report } from "./fixtures/stage.ts";
import type { How, TapPoint } from "./fixtures/watcher.ts";

const points: readonly [readonly TapPoint[], readonly Carrier[]][] = [
  [
    ["handler", "server"],
    [v1HttpSessions, v1HttpStateless, v2HttpModern, v2HttpLegacy, v2HttpSessions],
  ],
  [
    ["handler", "transport"],
    [v1HttpSessions, v1HttpStateless, v2HttpSessions],
  ],
  [
    ["handler", "transport", "server"],
    [v1HttpSessions, v1HttpStateless, v2HttpSessions],
  ],
  [
    ["transport", "server"],
    [v1Memory, v1Stdio, v2Memory, v2StdioModern, v2StdioLegacy],
  ],
];

const cases = points.flatMap(([at, served]) =>
  served.map((carrier) => ({ at, carrier, name: `${carrier.name}, at ${at.join(", ")}` })),
);

test.each(cases)("$name: counted once, and known as well as at the server alone", async ({ carrier, at }) => {
  expect(await counted(carrier, { cast: "recorder", at })).toEqual(await counted(carrier, { cast: "recorder" }));
});

/** Every exchange of a short visit, in a line each. */
async function counted(carrier: Carrier, how: How): Promise<string[]> {
  await using house = await carrier.open(how);
  const client = await house.client();
  await client.callTool("ok");
  await client.callTool("notifies", {}, { onprogress() {} });
  await client.callTool("unheard-of").catch(() => {});
  await client.request("story/unheard-of").catch(() => {});
  await client.listTools();
  await house.audience.hears({ about: "exchange", method: "tools/list" });
  return house.audience
    .all<Sighting>({ about: "exchange" })
    .map(({ method, direction, knownTarget, outcome }) => `${direction} ${method} ${knownTarget} ${outcome.kind}`)
    .sort();
}

describe.each(carriers)("$name, watched twice by two", (carrier: Carrier) => {
  const visit = useHouse(carrier, { cast: "two recorders", times: 2 });
  let calls: readonly Report[] = [];

  beforeAll(async () => {
    await visit.client.callTool("ok");
    await seen(visit.house.audience, { target: "als-probe", by: "the outer one" }, () =>
      visit.client.callTool("als-probe"),
    );
    calls = visit.house.audience.all({ target: "ok" });
  });

  test("each observer sees an exchange once", () => {
    const counted = calls.filter(({ about }) => about === "exchange");
    expect(counted.map(({ by }) => by).sort()).toEqual(["the inner one", "the outer one"]);
  });

  test("the outer observer is asked first, and the handler runs in what the inner one set", async () => {
    expect(calls.filter(({ about }) => about === "asked").map(({ by }) => by)).toEqual([
      "the outer one",
      "the inner one",
    ]);
    const { content } = await visit.client.callTool("als-probe");
    expect(content[0]?.text).toContain("the inner one, at als-probe");
  });
});
