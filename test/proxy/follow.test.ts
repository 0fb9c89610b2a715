/** The proxy in front of a group, where it has to decide: what is held, what is sent again, and what is not. */

import { openProxy } from "@mcp-ops/proxy";
import { pipeline } from "@mcp-ops/tap";
import { expect, test, vi } from "vitest";
import { mcpOps } from "../cli/command.ts";
import { type Agent, openAgent } from "../guard/agent.ts";
import { PATIENCE } from "../sidecar/house.ts";
import { call, post } from "./front.ts";
import { type PlainUpstream, plainUpstream, type Received } from "./plain-upstream.ts";

const LONG_MS = 60_000;
const REFUSAL = { code: -31005, message: "This server does not lead.", data: {} };

interface Node {
  readonly agent: Agent;
  readonly server: PlainUpstream;
}

function answers({ response, body }: Received, status: number, words: object, headers: object = {}): void {
  const { id = null } = JSON.parse(body || "{}") as { id?: unknown };
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify({ jsonrpc: "2.0", id, ...words }));
}

const named = (name: string) => (received: Received) => answers(received, 200, { result: { name } });
const refuses = (received: Received) => answers(received, 503, { error: REFUSAL }, { "retry-after": "1" });

/** Gives sessions ids with its own name, and knows no others. */
function sessionServer(name: string): (received: Received) => void {
  let opened = 0;
  const known = new Set<string>();
  return (received) => {
    const { method } = JSON.parse(received.body || "{}") as { method?: string };
    const asked = String(received.request.headers["mcp-session-id"]);
    if (method === "initialize") {
      known.add(`${name}-${++opened}`);
      return answers(
        received,
        200,
        { result: { protocolVersion: "2025-11-25" } },
        { "mcp-session-id": `${name}-${opened}` },
      );
    }
    if (!known.has(asked)) return answers(received, 404, { error: { code: -32001, message: "Session not found" } });
    if (method === "notifications/initialized") return void received.response.writeHead(202).end();
    answers(received, 200, { result: { name, session: asked } }, { "mcp-session-id": asked });
  };
}

/** Two nodes with agents that say what the test wants, and a proxy that follows them. */
async function group(a: (received: Received) => void, b: (received: Received) => void, limits: object = {}) {
  const rest = new AsyncDisposableStack();
  const node = async (answer: (received: Received) => void): Promise<Node> => ({
    agent: rest.use(await openAgent()),
    server: rest.use(await plainUpstream(answer)),
  });
  const [first, second] = [await node(a), await node(b)];
  leads(first, "a", 1n);
  second.agent.stands({ node: "b" });
  const nodes = [first, second].map(({ agent, server }, at) => ({
    name: at === 0 ? "a" : "b",
    url: server.url,
    roleUrl: agent.url,
  }));
  const proxy = rest.use(
    await openProxy({
      follow: { nodes, pollMs: 20, ...limits },
      pipeline: pipeline({ learnTargets: false }),
      drainMs: 0,
    }),
  );
  const figures = () => proxy.figures().follow;
  const close = () => rest.disposeAsync();
  return { a: first, b: second, url: proxy.url, figures, [Symbol.asyncDispose]: close };
}

function leads({ agent }: Node, node: string, token: bigint): void {
  agent.leads(token, LONG_MS, { node });
}

const nameIn = async (response: Response) => ((await response.json()) as { result: { name: string } }).result.name;

test("a call is held while the leader drains, and goes to the next one; one whose client leaves is forgotten", async () => {
  await using both = await group(named("a"), named("b"));
  expect(await nameIn(await post(both.url, call(1)))).toBe("a");
  both.a.agent.drains();
  await vi.waitFor(() => expect(both.figures()?.primary).toBeUndefined(), PATIENCE);
  const leaving = new AbortController();
  const left = post(both.url, call(2), {}, leaving.signal).catch(() => "left");
  const held = post(both.url, call(3));
  await vi.waitFor(() => expect(both.figures()?.held).toBe(2), PATIENCE);
  leaving.abort();
  expect(await left).toBe("left");
  await vi.waitFor(() => expect(both.figures()?.held).toBe(1), PATIENCE);
  leads(both.b, "b", 2n);
  expect(await nameIn(await held)).toBe("b");
  expect(both.figures()).toMatchObject({ heldRequests: 2, held: 0, sentAgain: 0, lost: 0, primary: "b" });
  expect(both.b.server.received).toHaveLength(1);
});

test("what finds no room, or waits too long, is told that nothing has been done, and when to come again", async () => {
  await using both = await group(named("a"), named("b"), { holdMs: 300, maxHeld: 1 });
  both.a.agent.stands();
  await vi.waitFor(() => expect(both.figures()?.primary).toBeUndefined(), PATIENCE);
  const late = post(both.url, call(1));
  await vi.waitFor(() => expect(both.figures()?.held).toBe(1), PATIENCE);
  const crowded = await post(both.url, call(2));
  for (const response of [crowded, await late]) {
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(await response.json()).toMatchObject({
      error: { code: -31005, message: expect.stringContaining("Nothing") },
    });
  }
  expect(both.figures()?.turnedAway).toEqual({ time: 1, room: 1 });
  expect(both.a.server.received.length + both.b.server.received.length).toBe(0);
});

test("a call that a role gate refused is sent to the next leader; another 503 is the client's", async () => {
  await using both = await group(refuses, named("b"));
  const asked = post(both.url, call(1));
  await vi.waitFor(() => expect(both.figures()?.sentAgain).toBeGreaterThan(0), PATIENCE);
  leads(both.b, "b", 2n);
  expect(await nameIn(await asked)).toBe("b");
  // Whom a refusal has put in doubt is asked again when its agent has said once more that it leads, and not before.
  expect(both.a.server.received.length).toBeLessThanOrEqual(both.a.agent.asked);
  await using full = await group(({ response }) => void response.writeHead(503).end("too many"), named("b"));
  const turned = await post(full.url, call(1));
  expect([turned.status, await turned.text()]).toEqual([503, "too many"]);
  expect(full.figures()?.sentAgain).toBe(0);
});

test("a call that no server has taken waits for the next leader, and an agent that calls itself otherwise is not believed", async () => {
  await using both = await group(named("a"), named("b"));
  await both.a.server[Symbol.asyncDispose]();
  const held = post(both.url, call(1));
  await vi.waitFor(() => expect(both.figures()?.heldRequests).toBe(1), PATIENCE);
  leads(both.b, "somebody", 3n);
  const { asked } = both.b.agent;
  await vi.waitFor(() => expect(both.b.agent.asked).toBeGreaterThan(asked + 2), PATIENCE);
  expect(both.b.server.received).toHaveLength(0);
  leads(both.b, "b", 2n);
  expect(await nameIn(await held)).toBe("b");
  expect(both.figures()).toMatchObject({ lost: 0, turnedAway: { time: 0, room: 0 } });
});

test("a call that may have run is not sent again, and an answer that broke off in its stream ends as an error there", async () => {
  await using both = await group(({ response }) => void response.socket?.destroy(), named("b"));
  const lost = await post(both.url, call(1));
  expect([lost.status, both.figures()?.lost]).toEqual([502, 1]);
  await using streaming = await group(({ response }) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(": begun\n\n", () => response.socket?.destroy());
  }, named("b"));
  const broken = await post(streaming.url, call("seven"));
  const event = JSON.parse(/^data: (.*)$/m.exec(await broken.text())?.[1] ?? "null") as object;
  expect(event).toMatchObject({ id: "seven", error: { code: -31003, message: expect.stringContaining("not known") } });
  expect(streaming.figures()?.lost).toBe(1);
  expect(both.b.server.received.length + streaming.b.server.received.length).toBe(0);
});

const LISTEN = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "subscriptions/listen", params: {} });

test("a call in a batch with something that listens is a call: it is asked once, and goes nowhere else", async () => {
  await using both = await group(({ response }) => void response.socket?.destroy(), named("b"));
  const lost = await post(both.url, `[${LISTEN},${call(2)}]`);
  expect([lost.status, both.a.server.received.length, both.figures()?.lost]).toEqual([502, 1, 1]);
  await using silent = await group(() => {}, named("b"));
  const leaving = new AbortController();
  const asked = post(silent.url, `[${LISTEN},${call(2)}]`, {}, leaving.signal).catch(() => "left");
  await vi.waitFor(() => expect(silent.a.server.received).toHaveLength(1), PATIENCE);
  leads(silent.b, "b", 2n);
  await vi.waitFor(() => expect(silent.figures()?.primary).toBe("b"), PATIENCE);
  expect(silent.b.server.received).toHaveLength(0);
  leaving.abort();
  expect(await asked).toBe("left");
});

test("a page that ends every server is not asked for longer than anything is held", async () => {
  await using both = await group(({ response }) => void response.socket?.destroy(), named("b"), { holdMs: 300 });
  expect((await fetch(both.url, { headers: { accept: "text/event-stream" } })).status).toBe(502);
  expect(both.a.server.received.length).toBeGreaterThan(1);
});

const HELLO = JSON.stringify({
  jsonrpc: "2.0",
  id: 0,
  method: "initialize",
  params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "t", version: "0" } },
});

test("a session goes on at the next leader under the id its client knows, and answers of the client go where they are waited for", async () => {
  await using both = await group(sessionServer("a"), sessionServer("b"));
  const session = { "mcp-session-id": (await post(both.url, HELLO)).headers.get("mcp-session-id") ?? "" };
  expect(session["mcp-session-id"]).toBe("a-1");
  both.a.agent.drains();
  await vi.waitFor(() => expect(both.figures()?.primary).toBeUndefined(), PATIENCE);
  const answer = '{"jsonrpc":"2.0","id":9,"result":{}}';
  await (await post(both.url, answer, session)).text();
  expect(both.a.server.received.at(-1)?.body).toBe(answer);
  both.a.agent.stands();
  leads(both.b, "b", 2n);
  const [one, other] = await Promise.all([post(both.url, call(1), session), post(both.url, call(2), session)]);
  expect(one.headers.get("mcp-session-id")).toBe("a-1");
  expect(await one.json()).toMatchObject({ result: { name: "b", session: "b-1" } });
  expect(await other.json()).toMatchObject({ result: { session: "b-1" } });
  const methods = both.b.server.received.map(({ body }) => (JSON.parse(body) as { method: string }).method);
  expect(methods.slice(0, 2)).toEqual(["initialize", "notifications/initialized"]);
  expect(methods.filter((method) => method === "initialize")).toHaveLength(1);
  const unknown = await post(both.url, call(3), { "mcp-session-id": "nobody's" });
  expect(unknown.status).toBe(404);
});

/** A session opened at a, of which b is to take care now. */
async function moving(atB: (received: Received) => void, atA = sessionServer("a"), hello = HELLO) {
  const both = await group(atA, atB);
  const session = { "mcp-session-id": (await post(both.url, hello)).headers.get("mcp-session-id") ?? "" };
  both.a.agent.stands();
  leads(both.b, "b", 2n);
  await vi.waitFor(() => expect(both.figures()?.primary).toBe("b"), PATIENCE);
  return { both, session };
}

const methodIn = ({ body }: Received) => (JSON.parse(body || "{}") as { method?: string }).method;

test("the end of a session goes where it is, under the name it has there; its client's name for it opens nothing any more", async () => {
  const { both, session } = await moving(sessionServer("b"));
  await using _both = both;
  expect((await post(both.url, call(1), session)).status).toBe(200);
  expect((await fetch(both.url, { method: "DELETE", headers: session })).status).toBe(200);
  const { request } = both.b.server.received.at(-1) as Received;
  expect([request.method, request.headers["mcp-session-id"]]).toEqual(["DELETE", "b-1"]);
  expect((await post(both.url, call(2), session)).status).toBe(404);
  expect(both.a.server.received).toHaveLength(1);
});

test("a next leader that breaks off the handshake is asked again; one that refuses it says itself that it knows no such session", async () => {
  const serve = sessionServer("b");
  let times = 0;
  const { both, session } = await moving((received) => {
    if (methodIn(received) === "initialize" && ++times === 1) received.response.socket?.destroy();
    else serve(received);
  });
  await using _both = both;
  expect(await (await post(both.url, call(1), session)).json()).toMatchObject({ result: { session: "b-1" } });
  expect([times, both.figures()?.movedSessions, both.figures()?.lost]).toEqual([2, 1, 0]);
  const refusing = await moving((received) => answers(received, methodIn(received) === "initialize" ? 400 : 404, {}));
  await using _refusing = refusing.both;
  expect((await post(refusing.both.url, call(1), refusing.session)).status).toBe(404);
  expect(refusing.both.b.server.received.map(methodIn)).toEqual(["initialize", "tools/call"]);
});

test.each([
  ["was longer than is kept", "2025-11-25", JSON.stringify({ ...JSON.parse(HELLO), padding: "x".repeat(17_000) })],
  ["is answered in another revision than its client was told", "2025-06-18", HELLO],
])("a session whose handshake %s ends with the lease, and its client is told so", async (_, revision, hello) => {
  const { both, session } = await moving(
    (received) =>
      methodIn(received) === "initialize"
        ? answers(received, 200, { result: { protocolVersion: revision } }, { "mcp-session-id": "b-1" })
        : answers(received, received.request.headers["mcp-session-id"] === "b-1" ? 200 : 404, {}),
    sessionServer("a"),
    hello,
  );
  await using _both = both;
  expect((await post(both.url, call(1), session)).status).toBe(404);
});

test("the last event that a client has seen is named to the server that gave it, and to no other", async () => {
  const giving = (name: string) => {
    const serve = sessionServer(name);
    return (received: Received) => {
      if (received.request.method !== "GET") return serve(received);
      const event = JSON.stringify({ jsonrpc: "2.0", method: "notifications/message", params: { level: "info" } });
      received.response.writeHead(200, { "content-type": "text/event-stream" });
      received.response.end(`id: ${name}-7\ndata: ${event}\n\n`);
    };
  };
  await using both = await group(giving("a"), giving("b"));
  const session = { "mcp-session-id": (await post(both.url, HELLO)).headers.get("mcp-session-id") ?? "" };
  const listen = async (seen: object) => {
    const headers = { accept: "text/event-stream", ...session, ...seen };
    return (await fetch(both.url, { headers })).text();
  };
  const named = ({ server }: Node) => server.received.at(-1)?.request.headers["last-event-id"];
  expect(await listen({})).toContain("id: a-7");
  await listen({ "last-event-id": "a-7" });
  expect(named(both.a)).toBe("a-7");
  both.a.agent.stands();
  leads(both.b, "b", 2n);
  await vi.waitFor(() => expect(both.figures()?.primary).toBe("b"), PATIENCE);
  expect(await listen({ "last-event-id": "a-7" })).toContain("id: b-7");
  expect(named(both.b)).toBeUndefined();
  await listen({ "last-event-id": "b-7" });
  expect(named(both.b)).toBe("b-7");
});

test("a session stays where it is when its server leads again before the other one has taken it in", async () => {
  const letIn = Promise.withResolvers<void>();
  const serve = sessionServer("b");
  const { both, session } = await moving((received) => void letIn.promise.then(() => serve(received)));
  await using _both = both;
  const early = post(both.url, call(1), session);
  await vi.waitFor(() => expect(both.b.server.received).toHaveLength(1), PATIENCE);
  leads(both.a, "a", 3n);
  await vi.waitFor(() => expect(both.figures()?.primary).toBe("a"), PATIENCE);
  expect(await (await post(both.url, call(2), session)).json()).toMatchObject({ result: { session: "a-1" } });
  // Nor does the call wait for an answer of the other one that may never come.
  expect(await (await early).json()).toMatchObject({ result: { session: "a-1" } });
  expect(both.b.server.received[0]?.response.destroyed).toBe(false);
  letIn.resolve();
  await vi.waitFor(() => expect(both.b.server.received.map(methodIn)).toContain("notifications/initialized"), PATIENCE);
  expect(await (await post(both.url, call(3), session)).json()).toMatchObject({ result: { session: "a-1" } });
  expect(both.a.server.received.filter((one) => methodIn(one) === "initialize")).toHaveLength(1);
});

test("a session of a server that was started again is opened anew after a new lease, and not before", async () => {
  let serve = sessionServer("a");
  await using both = await group((received) => serve(received), named("b"));
  const session = { "mcp-session-id": (await post(both.url, HELLO)).headers.get("mcp-session-id") ?? "" };
  serve = sessionServer("again");
  expect((await post(both.url, call(1), session)).status).toBe(404);
  const renewed = { "mcp-session-id": (await post(both.url, HELLO)).headers.get("mcp-session-id") ?? "" };
  serve = sessionServer("once more");
  leads(both.a, "a", 2n);
  const { asked } = both.a.agent;
  await vi.waitFor(() => expect(both.a.agent.asked).toBeGreaterThan(asked + 2), PATIENCE);
  expect((await post(both.url, call(2), renewed)).status).toBe(200);
  expect(both.figures()).toMatchObject({ movedSessions: 1, sentAgain: 1 });
});

test("streams that listen are opened anew at the next leader, and for the client it is one stream", async () => {
  const streams = (name: string) => (received: Received) => {
    received.response.writeHead(200, { "content-type": "text/event-stream" });
    const params = { level: "info", data: name };
    received.response.write(`data: ${JSON.stringify({ jsonrpc: "2.0", method: "notifications/message", params })}\n\n`);
    received.response.write("data: {"); // An event that is only half there.
  };
  await using both = await group(streams("a"), streams("b"));
  const modern = { "mcp-protocol-version": "2026-07-28", "mcp-method": "subscriptions/listen" };
  const leaving = new AbortController();
  const asked = await Promise.all([
    post(both.url, LISTEN, modern, leaving.signal),
    fetch(both.url, { headers: { accept: "text/event-stream" }, signal: leaving.signal }),
  ]);
  const heard = asked.map((response) => collected(response));
  await vi.waitFor(
    () => expect(heard.map(({ text }) => text.match(/"data":"(.)"/g))).toEqual([['"data":"a"'], ['"data":"a"']]),
    PATIENCE,
  );
  both.a.agent.stands();
  leads(both.b, "b", 2n);
  const two = ['"data":"a"', '"data":"b"'];
  await vi.waitFor(() => expect(heard.map(({ text }) => text.match(/"data":"(.)"/g))).toEqual([two, two]), PATIENCE);
  expect(both.b.server.received.map(({ body }) => body).toSorted()).toEqual(["", LISTEN]);
  expect(both.figures()).toMatchObject({ reopenedStreams: 2, lost: 0 });
  // Nobody listens any more at the old one.
  await vi.waitFor(
    () => expect(both.a.server.received.map((one) => one.response.destroyed)).toEqual([true, true]),
    PATIENCE,
  );
  leaving.abort();
});

/** What comes of a body, as it comes. */
function collected({ body }: Response): { text: string } {
  const found = { text: "" };
  const read = async () => {
    for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) found.text += Buffer.from(chunk).toString();
  };
  read().catch(() => {}); // It is ended by the test.
  return found;
}

test("the command says what is wrong with its words", async () => {
  const node = "a=http://127.0.0.1:1/mcp,http://127.0.0.1:2";
  const [both, role, alone, odd] = await Promise.all([
    mcpOps(["proxy", "--follow", node, "--upstream", "http://127.0.0.1:1/mcp"]),
    mcpOps(["proxy", "--follow", node, "--role-url", "http://127.0.0.1:2"]),
    mcpOps(["proxy", "--upstream", "http://127.0.0.1:1/mcp", "--hold", "3"]),
    mcpOps(["proxy", "--follow", "a"]),
  ]);
  expect([both.code, role.code, alone.code, odd.code]).toEqual([2, 2, 2, 2]);
  expect(both.stderr).toContain("--upstream <url>, or --follow");
  expect(odd.stderr).toContain("Write it like a=http");
});
