/** What goes through the proxy arrives as it was sent, both ways; what only we may say does not. */
import { gzipSync } from "node:zlib";
import type { Gate } from "@mcp-ops/exchange";
import { FENCING_HEADER, FENCING_META_KEY } from "@mcp-ops/formats";
import { expect, test } from "vitest";
import { call, front, HEADERS, post, raw } from "./front.ts";
import { answerJson, plainUpstream, type Received } from "./plain-upstream.ts";

/** Headers that belong to one connection, or that a body is framed by. */
const OF_THE_HOP = /^(?:connection|keep-alive|transfer-encoding|content-length|accept-encoding):/i;

function lines(rawHeaders: readonly string[]): string[] {
  const found: string[] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) found.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}`);
  return found.filter((line) => !OF_THE_HOP.test(line)).sort();
}

const REQUEST = (body: string) =>
  [
    "POST /mcp?tenant=%C3%A9 HTTP/1.1",
    "host: localhost:4711",
    "authorization: Bearer secret",
    "MCP-Protocol-Version: 2025-11-25",
    "Mcp-Param-City: Bern",
    "X-Unheard-Of: one",
    "x-unheard-of: two",
    "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    "Content-Type: application/json",
    "Accept: application/json, text/event-stream",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
    "",
    body,
  ].join("\r\n");

const ODD_BODY = `  { "id" : 7 , "jsonrpc":"2.0","method":"tools/call",\n "params":{"name":"ok","arguments":{"n":1.50,"t":"\\u00e9"}} } `;

function oddAnswer({ response }: Received): void {
  response.sendDate = false;
  response.writeHead(200, "Very Well", [
    "Content-Type",
    "application/json",
    "X-Answer",
    "1",
    "x-answer",
    "2",
    "Set-Cookie",
    "a=1",
    "Set-Cookie",
    "b=2",
  ]);
  response.end(`{ "result":{"content":[ ],"n":1.0}, "id":7,"jsonrpc":"2.0"}\n`);
}

test("a request and its answer keep every byte of their bodies, and their headers every value and spelling", async () => {
  await using upstream = await plainUpstream(oddAnswer);
  await using proxy = await front([upstream.url]);
  const direct = await raw(upstream.port, REQUEST(ODD_BODY));
  const proxied = await raw(proxy.port, REQUEST(ODD_BODY));
  const [one, other] = upstream.received;
  expect(other?.body).toBe(one?.body);
  expect(other?.request.url).toBe(one?.request.url);
  expect(lines(other?.request.rawHeaders ?? [])).toEqual(lines(one?.request.rawHeaders ?? []));
  const parts = (text: string) => {
    const [head = "", body = ""] = text.split("\r\n\r\n");
    return {
      head: head.split("\r\n").filter((line) => !OF_THE_HOP.test(line)),
      body: body.replace(/^[0-9a-f]+\r\n|\r\n0$/g, ""),
    };
  };
  expect(parts(proxied)).toEqual(parts(direct));
});

const EVENTS = [
  "\uFEFF: hello\n\n",
  "retry: 50\r\nid: e1\r\ndata:\r\n\r\n",
  'event: message\rdata: {"jsonrpc":"2.0",\rdata: "method":"notifications/message","params":{"level":"info","data":"é"}}\r\r',
  ": keep-alive\n\n",
  "event: custom\ndata: not json\n\n",
  'id: e2\ndata: {"jsonrpc":"2.0","id":7,"result":{"content":[]}}\n\n',
  "data: cut off in the mid",
].join("");

test("an event stream keeps every byte wherever the chunks are cut, and is read all the same", async () => {
  await using upstream = await plainUpstream(async ({ response }) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (const byte of Buffer.from(EVENTS)) {
      response.write(Uint8Array.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
    response.end();
  });
  await using proxy = await front([upstream.url]);
  const response = await post(proxy.url, call(7));
  const bytes = Buffer.from(await response.arrayBuffer());
  expect(bytes.toString()).toBe(EVENTS);
  expect(proxy.sightings().map(({ method, outcome }) => [method, outcome.kind])).toEqual([
    ["notifications/message", "sent"],
    ["tools/call", "result"],
  ]);
});

test("a fencing token that a client brings reaches no server, in whatever way it comes", async () => {
  await using upstream = await plainUpstream(answerJson);
  await using proxy = await front([upstream.url]);
  const body = call(1, "ok", { _meta: { [FENCING_META_KEY]: 9, kept: true } });
  const asCgiReadsIt = FENCING_HEADER.replaceAll("-", "_");
  await (await post(proxy.url, body, { [FENCING_HEADER.toUpperCase()]: "9", [asCgiReadsIt]: "9" })).text();
  const { request, body: arrived } = await upstream.next();
  expect(request.rawHeaders).not.toContain("9");
  expect(JSON.parse(arrived).params._meta).toEqual({ kept: true });
});

test("a compressed body that is written anew says no more that it is compressed", async () => {
  await using upstream = await plainUpstream(answerJson);
  await using proxy = await front([upstream.url]);
  const body = gzipSync(call(1, "ok", { _meta: { [FENCING_META_KEY]: 9, kept: true } }));
  expect((await post(proxy.url, new Uint8Array(body), { "content-encoding": "gzip" })).status).toBe(200);
  const { request, body: arrived } = await upstream.next();
  expect(request.headers["content-encoding"]).toBeUndefined();
  expect(JSON.parse(arrived).params._meta).toEqual({ kept: true });
});

test("a client cannot have a header taken off that gates have read", async () => {
  await using upstream = await plainUpstream(answerJson);
  await using proxy = await front([upstream.url]);
  const body = call(1);
  const head = ["POST /mcp HTTP/1.1", "Host: localhost", "Connection: X-Mine, Mcp-Session-Id, close", "X-Mine: 1"];
  const more = ["Mcp-Session-Id: s", `Content-Length: ${body.length}`, "", body];
  await raw(proxy.port, [...head, ...more].join("\r\n"));
  const { request } = await upstream.next();
  expect(request.headers).toMatchObject({ "mcp-session-id": "s" });
  expect(request.headers).not.toHaveProperty("x-mine");
});

const FORM = "application/x-www-form-urlencoded";

const refusing: Gate = ({ method, target }) =>
  method === "tools/call" && target === "delete"
    ? { answer: { error: { code: -31001, message: "Not here." } } }
    : { pass: true };

test.each([
  ["as it is", (text: string) => Buffer.from(text), {}],
  ["as text/plain", (text: string) => Buffer.from(text), { "content-type": "text/plain" }],
  ["behind a byte-order mark", (text: string) => Buffer.from(`\uFEFF${text}`), {}],
  ["compressed", (text: string) => gzipSync(text), { "content-encoding": "gzip" }],
  [
    "with a header that names another tool",
    (text: string) => Buffer.from(text),
    { "mcp-name": "ok", "mcp-method": "ping" },
  ],
  [
    "as a form of Latin letters",
    (text: string) => Buffer.from(text),
    { "content-type": `${FORM}; charset=iso-8859-1` },
    415,
  ],
  ["with a number that JSON does not have", (text: string) => Buffer.from(`${text.slice(0, -1)},"x":NaN}`), {}],
  ["in UTF-16, which Python's json reads unasked", (text: string) => Buffer.from(text, "utf16le"), {}],
  ["without an id", (text: string) => Buffer.from(text.replace('"id":3,', "")), {}, 202],
])(
  "a gate decides on the body: a refused call %s never reaches the server",
  async (_how, encode, headers, status = 200) => {
    await using upstream = await plainUpstream(answerJson);
    await using proxy = await front([upstream.url], { gates: [refusing] });
    const response = await post(proxy.url, new Uint8Array(encode(call(3, "delete"))), headers);
    expect(response.status).toBe(status);
    if (status === 200) expect(await response.json()).toMatchObject({ id: 3, error: { code: -31001 } });
    expect(upstream.received).toEqual([]);
  },
);

test.each([
  ["an encoding", { "content-encoding": "compress" }],
  ["a charset", { "content-type": "application/json; charset=utf-16" }],
])("a body in %s that the proxy cannot read goes no further", async (_what, headers) => {
  await using upstream = await plainUpstream(answerJson);
  await using proxy = await front([upstream.url]);
  expect((await post(proxy.url, call(3), headers)).status).toBe(415);
  expect(upstream.received).toEqual([]);
  expect(proxy.proxy.figures().refused).toBe(1);
});

test("of a batch with a refused call in it the others are answered by the server, and all in one body", async () => {
  await using upstream = await plainUpstream(({ body, response }) => {
    const answers = JSON.parse(body).map(({ id }: { id: number }) => ({ jsonrpc: "2.0", id, result: {} }));
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answers));
  });
  await using proxy = await front([upstream.url], { gates: [refusing] });
  const response = await post(proxy.url, `[${call(1)},${call(2, "delete")},${call(3)}]`);
  const answers = (await response.json()) as { id: number; error?: unknown }[];
  expect(answers.map(({ id, error }) => [id, error !== undefined]).sort()).toEqual([
    [1, false],
    [2, true],
    [3, false],
  ]);
  expect(JSON.parse((await upstream.next()).body).map(({ id }: { id: number }) => id)).toEqual([1, 3]);
  expect(
    proxy
      .sightings()
      .map(({ id, outcome }) => [id, outcome.kind])
      .sort(),
  ).toEqual([
    [1, "result"],
    [2, "error"],
    [3, "result"],
  ]);
});

const amending: Gate = ({ method }) => ({
  pass: true,
  ...(method === "tools/call" && { amendResult: () => ({ result: { content: [], amended: "yes é" } }) }),
});

test.each([
  ["a JSON body", "application/json", (json: string) => json],
  ["an event", "text/event-stream", (json: string) => `event: message\nid: 5\ndata: ${json}\n\n`],
])("an answer in %s that a gate amends arrives amended, with what was around it", async (_what, type, around) => {
  const answer = '{"jsonrpc":"2.0","id":3,"result":{"content":[]}}';
  const amended = '{"jsonrpc":"2.0","id":3,"result":{"content":[],"amended":"yes é"}}';
  await using upstream = await plainUpstream(({ response }) => {
    response.writeHead(200, { "content-type": type, "content-length": around(answer).length }).end(around(answer));
  });
  await using proxy = await front([upstream.url], { gates: [amending] });
  const response = await post(proxy.url, call(3));
  expect(await response.text()).toBe(around(amended));
  expect(response.headers.get("content-length")).toBe(String(Buffer.byteLength(around(amended))));
});

test("an answer of a Python server that no JSON parser reads is amended all the same", async () => {
  const answer = '{"jsonrpc":"2.0","id":3,"result":{"content":[],"secret":NaN}}';
  await using upstream = await plainUpstream(({ response }) => {
    response.writeHead(200, { "content-type": "application/json" }).end(answer);
  });
  await using proxy = await front([upstream.url], { gates: [amending] });
  expect(await (await post(proxy.url, call(3))).json()).toMatchObject({ id: 3, result: { amended: "yes é" } });
});

test("an answer that a gate amended comes amended again when a resumed stream repeats it", async () => {
  await using upstream = await plainUpstream(({ response }) => {
    response.writeHead(200, { "content-type": "text/event-stream", "mcp-session-id": "s" });
    response.end('id: 7\ndata: {"jsonrpc":"2.0","id":3,"result":{"secret":true}}\n\n');
  });
  await using proxy = await front([upstream.url], { gates: [amending] });
  const session = { "mcp-session-id": "s" };
  await (await post(proxy.url, call(1), session)).text();
  const first = await (await post(proxy.url, call(3), session)).text();
  const resumed = { ...HEADERS, ...session, accept: "text/event-stream", "last-event-id": "6" };
  expect(first).toContain("amended");
  expect(await (await fetch(proxy.url, { headers: resumed })).text()).toBe(first);
});

test("what is no JSON-RPC passes unread, and is counted", async () => {
  await using upstream = await plainUpstream(({ body, response }) => void response.end(body));
  await using proxy = await front([upstream.url]);
  const form = { "content-type": FORM };
  const answers = [
    await post(new URL("/token", proxy.url).href, "grant_type=client_credentials", form),
    await post(new URL("/register", proxy.url).href, '{"redirect_uris":[]}'),
    await post(proxy.url, "{not json"),
  ];
  expect(await Promise.all(answers.map((answer) => answer.text()))).toEqual([
    "grant_type=client_credentials",
    '{"redirect_uris":[]}',
    "{not json",
  ]);
  expect(proxy.proxy.figures().notRpc).toBe(3);
  expect(proxy.sightings()).toEqual([]);
});
