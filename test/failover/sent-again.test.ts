/** What the load balancers of `deploy/` ask a second time, and what never: real HAProxy and nginx before servers of the test's own. */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { call, post } from "../proxy/front.ts";
import { answerJson, type PlainUpstream, plainUpstream, type Received } from "../proxy/plain-upstream.ts";
import { balancer } from "./balancers.ts";

const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin"];
const missing = ["haproxy", "nginx"].filter((name) => !folders.some((folder) => existsSync(join(folder, name))));
if (missing.length > 0) console.log(`sent-again: skipped: needs the Debian packages ${missing.join(" and ")}.`);

const refuses = ({ response }: Received) =>
  void response
    .writeHead(503, { "content-type": "application/json", "retry-after": "1" })
    .end('{"jsonrpc":"2.0","id":1,"error":{"code":-31005,"message":"This server does not lead."}}');
/** The call has run, and its answer is lost. */
const breaksOff = ({ response }: Received) => void response.socket?.destroy();

let rest = new AsyncDisposableStack();
afterEach(async () => {
  await rest.disposeAsync();
  rest = new AsyncDisposableStack();
});

/** Whoever looks whether the front is there sends nothing in it. */
const ofCalls = (answer: (received: Received) => void) => (received: Received) =>
  received.body === "" ? void received.response.end() : answer(received);

interface Fronted {
  readonly url: string;
  readonly a: PlainUpstream;
  readonly b: PlainUpstream;
}

/** Node a leads, by its page; to HAProxy b says so, too, as in the moment of a switchover: it asks nobody who does not. */
async function before(
  kind: "haproxy" | "nginx",
  atA: (received: Received) => void,
  change?: (shipped: string) => string,
): Promise<Fronted> {
  const page = (status: number) => plainUpstream(({ response }) => void response.writeHead(status).end());
  const opened = [
    plainUpstream(ofCalls(atA)),
    plainUpstream(ofCalls(answerJson)),
    page(200),
    page(kind === "haproxy" ? 200 : 503),
  ];
  const [a, b, pageOfA, pageOfB] = (await Promise.all(opened)).map((one) => rest.use(one)) as [
    PlainUpstream,
    PlainUpstream,
    PlainUpstream,
    PlainUpstream,
  ];
  const replica = (name: string, { port }: PlainUpstream, probes: PlainUpstream) => ({
    name,
    port,
    probesPort: probes.port,
    server: undefined,
  });
  const pair = { replicas: [replica("a", a, pageOfA), replica("b", b, pageOfB)] as const };
  const { url } = rest.use(await balancer(kind, pair, change));
  // Whoever looked whether the front is there has asked the servers, too.
  for (const one of [a, b]) one.received.length = 0;
  return { url: new URL("/mcp", url).href, a, b };
}

/** Asks until a call has come to node a, because HAProxy takes turns, and gives that call's status; 0 where the connection was closed without one. */
async function askedOfA({ url, a }: Fronted): Promise<number> {
  for (let id = 1; ; id++) {
    const { status } = await post(url, call(id)).catch(() => ({ status: 0 }));
    if (a.received.length > 0) return status;
  }
}

const bodies = ({ received }: PlainUpstream) => received.map(({ body }) => body);

describe.skipIf(missing.length > 0).each(["haproxy", "nginx"] as const)("%s as shipped", (kind) => {
  test("asks the other node what a role gate refused, a POST too", async () => {
    const fronted = await before(kind, refuses);
    expect(await askedOfA(fronted)).toBe(200);
    expect(bodies(fronted.b).at(-1)).toBe(bodies(fronted.a)[0]);
  });

  test("asks nobody a second time what may have run", async () => {
    const fronted = await before(kind, breaksOff);
    // HAProxy closes a connection on which it has answered before.
    expect([502, 0]).toContain(await askedOfA(fronted));
    expect(bodies(fronted.a)).toHaveLength(1);
    expect(bodies(fronted.b)).not.toContain(bodies(fronted.a)[0]);
  });
});

/** The usual way, in place of ours. */
const by = (words: string) => (shipped: string) =>
  shipped
    .replace("proxy_next_upstream error timeout;", `proxy_next_upstream ${words};`)
    .replace("error_page 503 = @other;", "");

describe.skipIf(missing.length > 0)("nginx with proxy_next_upstream", () => {
  test.each([
    ["error timeout http_503", 503, 502],
    ["error timeout http_503 non_idempotent", 200, 200],
    ["http_503 non_idempotent", 200, 502],
  ])("%s: a refused POST ends with %i, one that has run with %i", async (words, refused, ran) => {
    const refusing = await before("nginx", refuses, by(words));
    expect((await post(refusing.url, call(1))).status).toBe(refused);
    const breaking = await before("nginx", breaksOff, by(words));
    expect((await post(breaking.url, call(1))).status).toBe(ran);
    // A second answer is a second run: this is why ours is not written so.
    expect([bodies(breaking.a).length, bodies(breaking.b).length]).toEqual([1, ran === 200 ? 1 : 0]);
  });
});
