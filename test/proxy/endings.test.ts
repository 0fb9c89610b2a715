/** However a call ends, it ends once, for the client as for who watches. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { Sighting } from "../fixtures/cast-recorders.ts";
import { call, type Front, front, HEADERS, post, raw } from "./front.ts";
import { answerJson, plainUpstream } from "./plain-upstream.ts";

const SILENT_SERVER = fileURLToPath(new URL("silent-server.mjs", import.meta.url));
const MODERN = { "mcp-protocol-version": "2026-07-28", "mcp-method": "tools/call", "mcp-name": "ok" };

async function sighting(proxy: Front): Promise<Sighting["outcome"]> {
  return (await proxy.audience.hears<Sighting>({ about: "exchange" })).outcome;
}

test.each([
  ["2026-07-28", MODERN, "cancelled"],
  ["2025-11-25", {}, "lost"],
])("on %s a client that hangs up has its request taken back from the server", async (_revision, headers, kind) => {
  await using upstream = await plainUpstream();
  await using proxy = await front([upstream.url]);
  const leaving = new AbortController();
  const posted = post(proxy.url, call(1), headers, leaving.signal).catch(() => {});
  const { response } = await upstream.next();
  const closed = once(response, "close");
  leaving.abort();
  await closed;
  await posted;
  expect(response.writableFinished).toBe(false);
  expect((await sighting(proxy)).kind).toBe(kind);
});

test("a server that is not there is a 502 with the id of the call, and an error of the server's side", async () => {
  const gone = await plainUpstream();
  await gone[Symbol.asyncDispose]();
  await using proxy = await front([gone.url]);
  const response = await post(proxy.url, call("mine"));
  expect(response.status).toBe(502);
  expect(await response.json()).toMatchObject({ jsonrpc: "2.0", id: "mine", error: { code: -31003 } });
  expect(await sighting(proxy)).toMatchObject({ kind: "error", code: -31003, httpStatus: 502 });
});

test("a server that is killed in the middle of calls ends each: 502 where nothing had come, a broken stream where it had begun", async () => {
  const server = spawn(process.execPath, [SILENT_SERVER], { stdio: ["ignore", "pipe", "inherit"] });
  const lines = createInterface({ input: server.stdout })[Symbol.asyncIterator]();
  const { value: port } = await lines.next();
  await using proxy = await front([`http://127.0.0.1:${port}/mcp`]);
  const begun = await post(new URL("/begun", proxy.url).href, call(1));
  const waiting = post(proxy.url, call(2));
  await lines.next();
  server.kill("SIGKILL");
  await expect(begun.text()).rejects.toThrow();
  const response = await waiting;
  expect([response.status, await response.json()]).toMatchObject([502, { id: 2, error: { code: -31003 } }]);
  await expect.poll(() => proxy.sightings()).toHaveLength(2);
  const kinds = proxy.sightings().map(({ id, outcome }) => [id, outcome.kind]);
  expect(kinds.sort()).toEqual([
    [1, "lost"],
    [2, "error"],
  ]);
});

test("headers of a server may be long; where they are too long the client is told so", async () => {
  await using upstream = await plainUpstream(({ request, response }) => {
    response.writeHead(200, { "x-long": "y".repeat(Number(request.headers["x-bytes"])) }).end();
  });
  await using proxy = await front([upstream.url]);
  const asked = (bytes: number) =>
    raw(proxy.port, `DELETE /mcp HTTP/1.1\r\nHost: localhost\r\nX-Bytes: ${bytes}\r\nConnection: close\r\n\r\n`);
  expect(await asked(60_000)).toMatch(/^HTTP\/1.1 200 OK.*x-long: y{60000}\r/s);
  expect(await asked(70_000)).toMatch(/^HTTP\/1.1 502.*64 KiB of headers/s);
});

test("a server that says nothing for too long is a 504 with the id, and is told to stop", async () => {
  await using upstream = await plainUpstream();
  await using proxy = await front([upstream.url], { timeouts: { defaultMs: 100 } });
  const posted = post(proxy.url, call(5));
  const { response: silent } = await upstream.next();
  const closed = once(silent, "close");
  const response = await posted;
  expect(response.status).toBe(504);
  expect(await response.json()).toMatchObject({ id: 5, error: { code: -31002 } });
  await closed;
  const told = JSON.parse((await upstream.next()).body);
  expect(told).toMatchObject({ method: "notifications/cancelled", params: { requestId: 5 } });
  expect(await sighting(proxy)).toMatchObject({ kind: "error", cause: "timeout", gate: "timeout" });
});

test("on a stream that is open already the deadline is an answer on the stream", async () => {
  await using upstream = await plainUpstream(({ response }) => {
    response.writeHead(200, { "content-type": "text/event-stream" }).write(": begun\n\n");
  });
  await using proxy = await front([upstream.url], { timeouts: { defaultMs: 100 } });
  const text = await (await post(proxy.url, call(5), MODERN)).text();
  expect(text).toMatch(/^: begun\n\nevent: message\ndata: {"jsonrpc":"2.0","id":5,"error":{"code":-31002,.*\n\n$/);
});

test("calls that report progress, and listen streams, outlast the usual deadline", async () => {
  await using upstream = await plainUpstream();
  await using proxy = await front([upstream.url], { timeouts: { defaultMs: 20, realTimeMs: 20, longMs: 5000 } });
  const listen = JSON.stringify({ jsonrpc: "2.0", id: "l", method: "subscriptions/listen", params: {} });
  const posted = [post(proxy.url, call(1, "ok", { _meta: { progressToken: "p" } })), post(proxy.url, listen)];
  const waiting = [await upstream.next(), await upstream.next()];
  const late = post(proxy.url, call(2));
  expect((await late).status).toBe(504);
  for (const { response, body } of waiting) {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ jsonrpc: "2.0", id: JSON.parse(body).id, result: {} }));
  }
  expect((await Promise.all(posted)).map(({ status }) => status)).toEqual([200, 200]);
});

test.each([
  ["a JSON body", { "content-type": "application/json", "content-length": "500" }, '{"jsonrpc":"2.0",'],
  [
    "a stream",
    { "content-type": "text/event-stream" },
    'data: {"jsonrpc":"2.0","method":"notifications/progress","params":{}}\n\n',
  ],
])("a server that dies in the middle of %s breaks the client's connection too", async (_what, headers, begun) => {
  await using upstream = await plainUpstream(({ response }) => {
    response.writeHead(200, headers);
    response.write(begun, () => response.socket?.destroy());
  });
  await using proxy = await front([upstream.url]);
  const reading = post(proxy.url, call(1)).then((response) => response.text());
  await expect(reading).rejects.toThrow();
  const { outcome } = await proxy.audience.hears<Sighting>({ about: "exchange", method: "tools/call" });
  expect(outcome).toMatchObject({ kind: "lost", reason: "closed" });
});

test.each([
  [401, "text/plain", "who are you?", { kind: "error", code: undefined, httpStatus: 401 }],
  [
    404,
    "application/json",
    '{"jsonrpc":"2.0","id":null,"error":{"code":-32001,"message":"Session not found"}}',
    { kind: "error", code: -32001 },
  ],
  [405, "text/plain", "", { kind: "error", httpStatus: 405 }],
])(
  "a server that turns a call away with %i ends it so, with its own words for the client",
  async (status, type, body, outcome) => {
    await using upstream = await plainUpstream(
      ({ response }) => void response.writeHead(status, { "content-type": type }).end(body),
    );
    await using proxy = await front([upstream.url]);
    const response = await post(proxy.url, call(1));
    expect([response.status, await response.text()]).toEqual([status, body]);
    expect(await sighting(proxy)).toMatchObject(outcome);
  },
);

test("an answer that a resumed stream repeats is counted once, and one that comes only there is counted", async () => {
  const event = (id: string, message: object) =>
    `id: ${id}\ndata: ${JSON.stringify({ jsonrpc: "2.0", ...message })}\n\n`;
  const note = event("1", { method: "notifications/message", params: { level: "info", data: "" } });
  await using upstream = await plainUpstream(({ request, response }) => {
    response.writeHead(200, { "content-type": "text/event-stream", "mcp-session-id": "s" });
    if (request.method === "POST")
      response.end(note); // Ends for now, as polling servers do.
    else response.end(note + event("2", { id: 1, result: {} }) + event("2", { id: 1, result: {} }));
  });
  await using proxy = await front([upstream.url]);
  const session = { "mcp-session-id": "s" };
  await (await post(proxy.url, call(1), session)).text();
  const resumed = { ...HEADERS, ...session, accept: "text/event-stream", "last-event-id": "0" };
  expect((await (await fetch(proxy.url, { headers: resumed })).text()).match(/^id:/gm)).toHaveLength(3);
  expect(await proxy.audience.hears<Sighting>({ about: "exchange", method: "tools/call" })).toMatchObject({
    session: "s",
    outcome: { kind: "result" },
  });
  expect(proxy.sightings()).toHaveLength(2);
});

test("a server on its way out of a batch of revision 2025-03-26 answers each of its calls", async () => {
  await using upstream = await plainUpstream(({ body, response }) => {
    const answers = JSON.parse(body).map(
      ({ id }: { id: number }) => `data: {"jsonrpc":"2.0","id":${id},"result":{}}\n\n`,
    );
    response.writeHead(200, { "content-type": "text/event-stream" }).end(answers.join(""));
  });
  await using proxy = await front([upstream.url]);
  await (await post(proxy.url, `[${call(1)},${call(2)}]`)).text();
  expect(proxy.sightings().map(({ id, outcome }) => [id, outcome.kind])).toEqual([
    [1, "result"],
    [2, "result"],
  ]);
});

test("closing lets an open call end, takes no new one, and does not wait for streams", async () => {
  await using upstream = await plainUpstream(({ request, response }) => {
    if (request.method === "GET") response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
  });
  await using proxy = await front([upstream.url], { drainMs: 5000 });
  const stream = await fetch(proxy.url, { headers: { accept: "text/event-stream" } });
  await upstream.next();
  const posted = post(proxy.url, call(1));
  const pending = await upstream.next();
  const closing = proxy.proxy.close();
  await expect(raw(proxy.port, "GET / HTTP/1.1\r\n\r\n")).rejects.toThrow(/ECONNREFUSED/);
  answerJson(pending);
  expect((await posted).status).toBe(200);
  await closing;
  await expect(stream.text()).rejects.toThrow();
});

test("what a hostile client sends ends at the proxy, and the proxy goes on", async () => {
  await using upstream = await plainUpstream(answerJson);
  await using proxy = await front([upstream.url]);
  const body = call(1);
  const post = (...headers: string[]) => [`POST /mcp HTTP/1.1`, "Host: localhost", ...headers, "", body].join("\r\n");
  const hostile: [string, RegExp][] = [
    [post("Transfer-Encoding: chunked", `Content-Length: ${body.length}`), /^HTTP\/1.1 400/],
    [post("Transfer-Encoding: chunked, identity"), /^HTTP\/1.1 400/],
    [post("Content-Length: 5", "Content-Length: 6"), /^HTTP\/1.1 400/],
    [post("Content-Length: -1"), /^HTTP\/1.1 400/],
    [post(`Content-Length: ${2 ** 40}`), /^HTTP\/1.1 413/],
    ["POST http://evil.example/mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n", /^HTTP\/1.1 400/],
    ["CONNECT evil.example:443 HTTP/1.1\r\nHost: localhost\r\n\r\n", /^(?:HTTP\/1.1 4|$)/],
    ["OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n", /^HTTP\/1.1 400/],
    [post(`X-Long: ${"x".repeat(70_000)}`), /^HTTP\/1.1 431/],
    ["GET /mcp HTTP/1.1\r\nHost: rebound.example\r\n\r\n", /^HTTP\/1.1 403/],
    ["GET /mcp HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example\r\n\r\n", /^HTTP\/1.1 403/],
    ["GET /mcp HTTP/1.1\r\nHost: localhost\r\nOrigin: null\r\n\r\n", /^HTTP\/1.1 403/],
  ];
  for (const [bytes, answer] of hostile) {
    const heard = await raw(proxy.port, bytes, "\r\n\r\n").catch(() => "");
    expect(heard, bytes.slice(0, 80)).toMatch(answer);
  }
  expect(upstream.received).toEqual([]);
  const malformed = JSON.stringify({ jsonrpc: "2.0", id: null, method: "tools/call", params: { name: "ok" } });
  const refused = await fetch(proxy.url, { method: "POST", headers: HEADERS, body: malformed });
  expect([refused.status, upstream.received.length]).toEqual([400, 0]);
  expect(await (await fetch(proxy.url, { method: "POST", headers: HEADERS, body })).json()).toMatchObject({ id: 1 });
});

test("ten megabytes pass whole, in both directions, and are one exchange", async () => {
  const large = "é".repeat(5_000_000);
  await using upstream = await plainUpstream(({ body, response }) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.end(`data: {"jsonrpc":"2.0","id":1,"result":{"length":${body.length},"large":"${large}"}}\n\n`);
  });
  await using proxy = await front([upstream.url]);
  const body = call(1, "ok", { arguments: { large } });
  const text = await (await post(proxy.url, body)).text();
  expect(JSON.parse(text.slice(6)).result).toEqual({ length: body.length, large });
  expect(proxy.sightings()).toMatchObject([{ method: "tools/call", outcome: { kind: "result" } }]);
});

test("a request longer than the limit is a 413 that says so, and reaches nobody", async () => {
  await using upstream = await plainUpstream(answerJson);
  await using proxy = await front([upstream.url], { maxBodyBytes: 1000 });
  const response = await post(proxy.url, call(1, "ok", { arguments: { text: "x".repeat(2000) } }));
  expect([response.status, await response.json()]).toMatchObject([413, { error: { code: -32600 } }]);
  expect(upstream.received).toEqual([]);
});

test("a client that does not read makes the server wait, not the proxy collect", async () => {
  const event = `data: {"jsonrpc":"2.0","method":"notifications/message","params":{"data":"${"x".repeat(64_000)}"}}\n\n`;
  let written = 0;
  const stalled = Promise.withResolvers<void>();
  await using upstream = await plainUpstream(({ response }) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    const pour = () => {
      while (written < 500_000_000) {
        written += event.length;
        if (!response.write(event)) return void response.once("drain", pour);
      }
    };
    pour();
    // Full when nothing has drained for a while that is long for a loopback.
    let before = 0;
    const looking = setInterval(() => {
      if (written !== before) before = written;
      else stalled.resolve();
    }, 200);
    response.once("close", () => clearInterval(looking));
  });
  await using proxy = await front([upstream.url]);
  const leaving = new AbortController();
  const unread = await post(proxy.url, call(1), {}, leaving.signal);
  await stalled.promise;
  expect(written).toBeLessThan(60_000_000);
  // Held until here: the body of a response that is garbage is cancelled by fetch, and the client would be gone.
  expect(unread.bodyUsed).toBe(false);
  leaving.abort();
});

test("two hundred event streams are open at once, and each gets its own", async () => {
  await using upstream = await plainUpstream(({ request, response }) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(
      `data: {"jsonrpc":"2.0","method":"notifications/message","params":{"data":"${request.headers["x-number"]}"}}\n\n`,
    );
  });
  await using proxy = await front([upstream.url]);
  const leaving = new AbortController();
  const open = async (number: number) => {
    const headers = { accept: "text/event-stream", "x-number": String(number) };
    const response = await fetch(proxy.url, { headers, signal: leaving.signal });
    const { value } = await response.body!.pipeThrough(new TextDecoderStream()).getReader().read();
    return value ?? "";
  };
  const heard = await Promise.all(Array.from({ length: 200 }, (_, number) => open(number)));
  expect(heard.every((text, number) => text?.includes(`"data":"${number}"`))).toBe(true);
  expect(proxy.proxy.figures().open).toBe(200);
  leaving.abort();
  await expect.poll(() => proxy.proxy.figures().open).toBe(0);
  expect(proxy.sightings()).toHaveLength(200);
});
