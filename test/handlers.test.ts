/** Watching the handler adds what no server behind it sees, and counts nothing twice. */
import { describe, expect, test } from "vitest";
import { v2House } from "./carriers/v2-http.ts";
import { v2StdioModern } from "./carriers/v2-stdio.ts";
import type { Line } from "./carriers/wire.ts";
import { HttpWire, legacyHeaders, modernHeaders } from "./carriers/wire-http.ts";
import type { Sighting } from "./fixtures/cast-recorders.ts";
import { guardedHouse } from "./fixtures/guarded-house.ts";
import { call, request } from "./fixtures/script.ts";
import type { Audience } from "./fixtures/stage.ts";
import type { How, TapPoint } from "./fixtures/watcher.ts";

const exchanges = (audience: Audience) => audience.all<Sighting>({ about: "exchange" });
const ok = request(call("ok"), "modern", 1);
const tooLarge = request(call("ok", { filler: "x".repeat(5 * 1024 * 1024) }), "modern", 1);
const tooNew = { ...ok, send: ok.send.replaceAll("2026-07-28", "2099-01-01") };
const noEnvelope = request(call("ok"), "legacy", 1);
const listen = request(
  { method: "subscriptions/listen", params: { notifications: { toolsListChanged: true } } },
  "modern",
  "listening",
).send;

function posted({ send, headers = {} }: Line, url = "http://localhost/mcp"): Request {
  const given = { "content-type": "application/json", accept: "application/json, text/event-stream" };
  return new Request(url, { method: "POST", headers: { ...given, ...modernHeaders(send), ...headers }, body: send });
}

describe.each<[string, readonly TapPoint[]]>([
  ["the handler", ["handler"]],
  ["handler and factory", ["handler", "server"]],
])("createMcpHandler, %s watched", (_what, at) => {
  const how: How = { cast: "recorder", at };

  test.each<[string, number, number, Line]>([
    ["a header that contradicts the body", 400, -32020, { ...ok, headers: { "mcp-method": "tools/list" } }],
    ["a version nobody serves", 400, -32022, { ...tooNew, headers: { "mcp-protocol-version": "2099-01-01" } }],
    ["a request without its envelope", 400, -32602, noEnvelope],
    ["a body that is too large", 413, -32000, tooLarge],
    ["a body that is not JSON by its type", 415, -32000, { ...ok, headers: { "content-type": "text/plain" } }],
  ])("sees %s refused, which reaches no server", async (_what, httpStatus, code, line) => {
    await using house = await v2House(how);
    const answer = await house.handler.fetch(posted(line));
    expect(answer.status).toBe(httpStatus);
    await answer.text();
    expect(await house.audience.hears({ about: "exchange" })).toMatchObject({
      method: line.headers?.["mcp-method"] ?? "tools/call",
      transport: "http",
      outcome: { kind: "error", code, httpStatus },
    });
    expect(exchanges(house.audience)).toHaveLength(1);
  });

  test.each(["GET", "DELETE", "PUT"])("sees no exchange in a %s that is not allowed", async (method) => {
    await using house = await v2House(how);
    const answer = await fetch(house.url, { method, headers: { "mcp-protocol-version": "2025-11-25" } });
    expect(answer.status).toBe(405);
    await new HttpWire(house.url, modernHeaders).say(ok);
    await house.audience.hears({ about: "exchange" });
    expect(exchanges(house.audience)).toMatchObject([{ method: "tools/call" }]);
  });

  test("sees a listen stream open, and end when its client leaves", async () => {
    await using house = await v2House(how);
    const leaving = new AbortController();
    const stream = await fetch(posted({ send: listen, answers: 1 }, house.url), { signal: leaving.signal });
    const events = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
    expect((await events?.read())?.value).toContain("notifications/subscriptions/acknowledged");
    house.handler.notify.toolsChanged();
    expect((await events?.read())?.value).toContain("notifications/tools/list_changed");
    expect(await house.audience.hears({ about: "asked" })).toMatchObject({ method: "subscriptions/listen" });
    expect(exchanges(house.audience)).toMatchObject([
      { method: "notifications/subscriptions/acknowledged", direction: "outbound", outcome: { kind: "sent" } },
      { method: "notifications/tools/list_changed", direction: "outbound", outcome: { kind: "sent" } },
    ]);
    leaving.abort();
    expect(await house.audience.hears({ about: "exchange", method: "subscriptions/listen" })).toMatchObject({
      knownMethod: "subscriptions/listen",
      era: "modern",
      outcome: { kind: "cancelled", httpStatus: 200 },
    });
  });

  test("sees a listen stream end with a result when its server closes", async () => {
    await using house = await v2House(how);
    const heard = new HttpWire(house.url, modernHeaders).say({ send: listen, answers: 1 });
    await house.audience.hears({ about: "asked" });
    await house.handler.close();
    expect(await heard).toContain('"result"');
    expect(await house.audience.hears({ about: "exchange", method: "subscriptions/listen" })).toMatchObject({
      outcome: { kind: "result" },
    });
  });
});

describe.each<[string, readonly TapPoint[]]>([
  ["the wire", ["transport"]],
  ["wire and factory", ["transport", "server"]],
])("serveStdio, %s watched", (_what, at) => {
  test("sees a listen that its client takes back", async () => {
    await using house = await v2StdioModern.open({ cast: "recorder", at });
    await using wire = await house.wire();
    await wire.say(request({ method: "tools/list" }, "modern", 0));
    await wire.say({ send: listen, answers: 0 });
    expect(await house.audience.hears({ about: "asked", method: "subscriptions/listen" })).toMatchObject({
      id: "listening",
    });
    const takenBack = { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: "listening" } };
    await wire.say({ send: JSON.stringify(takenBack), answers: 0 });
    expect(await house.audience.hears({ about: "exchange", method: "subscriptions/listen" })).toMatchObject({
      era: "modern",
      outcome: { kind: "cancelled" },
    });
  });
});

test("a Node handler that refuses a large body before MCP begins is seen to, by what its headers say", async () => {
  await using house = await guardedHouse({ cast: "recorder", at: ["handler", "server"] }, 401);
  const line = { ...tooLarge, headers: { authorization: "Bearer reader" } };
  expect(await new HttpWire(house.url, modernHeaders).say(line)).toMatch(/^HTTP 413\n/);
  expect(await house.audience.hears({ about: "exchange" })).toMatchObject({
    method: "tools/call",
    target: "ok",
    outcome: { kind: "error", httpStatus: 413 },
  });
});

describe.each([401, 403])("a middleware that answers %i, inside the watched Node handler", (status) => {
  test("is seen to deny a modern call, by what its headers say", async () => {
    await using house = await guardedHouse({ cast: "recorder", at: ["handler", "server"] }, status);
    const answer = await new HttpWire(house.url, modernHeaders).say(ok);
    expect(answer).toMatch(new RegExp(`^HTTP ${status}\n`));
    expect(await house.audience.hears({ about: "exchange" })).toMatchObject({
      method: "tools/call",
      target: "ok",
      principal: undefined,
      outcome: { kind: "error", code: undefined, httpStatus: status },
    });
    expect(exchanges(house.audience)).toHaveLength(1);
  });

  test("is seen to deny a legacy call, whose body nobody read", async () => {
    await using house = await guardedHouse({ cast: "recorder", at: ["handler", "server"] }, status);
    await new HttpWire(house.url, legacyHeaders).say(noEnvelope);
    expect(await house.audience.hears({ about: "exchange" })).toMatchObject({
      knownMethod: undefined,
      outcome: { kind: "error", code: undefined, httpStatus: status },
    });
    expect(exchanges(house.audience)).toHaveLength(1);
  });

  test("lets the authenticated through, who are counted once and known by name", async () => {
    await using house = await guardedHouse({ cast: "recorder", at: ["handler", "server"] }, status);
    await new HttpWire(house.url, modernHeaders).say({ ...ok, headers: { authorization: "Bearer reader" } });
    await house.audience.hears({ about: "exchange" });
    expect(exchanges(house.audience)).toMatchObject([
      { target: "ok", principal: "reader", outcome: { kind: "result" } },
    ]);
  });
});
