/** While no gate amends anything, whatever passes a tapped transport arrives as it was sent, and the counts add up. */
import { PassThrough } from "node:stream";
import { PASS } from "@mcp-ops/exchange";
import { pipeline, tap } from "@mcp-ops/tap";
import { InMemoryTransport as InMemoryTransportV1 } from "@modelcontextprotocol/sdk/inMemory.js";
import { StdioServerTransport as StdioServerTransportV1 } from "@modelcontextprotocol/sdk/server/stdio.js";
import { WebStandardStreamableHTTPServerTransport as HttpTransportV1 } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
import { InMemoryTransport, WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/server";
import { StdioServerTransport } from "@modelcontextprotocol/server/stdio";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Ledger } from "./fixtures/ledger.ts";
import { junk, notification, request, response, type Turn, turn } from "./fixtures/traffic.ts";

/** A pipeline that looks at everything, and a count of what it saw. */
function watching() {
  const seen = { asked: 0, ended: 0, wrongSizes: 0 };
  const pipe = pipeline({
    learnTargets: false,
    gates: [() => PASS],
    observers: [
      async (exchange, next) => {
        seen.asked++;
        const outcome = await next();
        seen.ended++;
        JSON.stringify([exchange.target, exchange.knownTarget, exchange.params, exchange.meta, exchange.era, outcome]);
        if (outcome.kind === "result") JSON.stringify(outcome.result);
      },
    ],
  });
  return { seen, pipe };
}

interface End {
  start(): Promise<void>;
  close(): Promise<void>;
  send(message: object): Promise<void>;
  onmessage?: ((message: never) => void) | undefined;
  onclose?: (() => void) | undefined;
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe.each([
  ["v1", () => InMemoryTransportV1.createLinkedPair() as unknown as [End, End]],
  ["v2", () => InMemoryTransport.createLinkedPair() as unknown as [End, End]],
])("in memory, %s", (_sdk, linkedPair) => {
  test("both sides get the very objects that were sent, and exchanges asked = ended + open", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(turn, { maxLength: 24 }), fc.boolean(), async (turns, inOneGo) => {
        const { seen, pipe } = watching();
        const [client, server] = linkedPair();
        const arrived: Record<Turn["from"], object[]> = { client: [], server: [] };
        tap(server, pipe).onmessage = (message) => void arrived.client.push(message);
        server.onclose = () => {};
        client.onmessage = (message) => void arrived.server.push(message);
        await Promise.all([server.start(), client.start()]);
        const sent = turns.map(({ message }) => JSON.stringify(message));
        const ledger = new Ledger();
        for (const { from, ...said } of turns) {
          ledger.note({ from, ...said });
          const sending = (from === "client" ? client : server).send(said.message);
          if (!inOneGo) await sending;
          if (!inOneGo) await settled();
        }
        await settled();
        for (const from of ["client", "server"] as const) {
          const said = turns.filter((one) => one.from === from).map(({ message }) => message);
          expect(arrived[from]).toHaveLength(said.length);
          expect(arrived[from].every((message, index) => message === said[index])).toBe(true);
        }
        expect(turns.map(({ message }) => JSON.stringify(message))).toEqual(sent);
        expect(seen).toMatchObject({ asked: ledger.asked, ended: ledger.asked - ledger.open });
        await client.close();
        await settled();
        expect(seen.ended).toBe(seen.asked);
      }),
      { numRuns: 300 },
    );
  });
});

test("an answer given twice in one breath is passed on twice, and counted once", async () => {
  const { seen, pipe } = watching();
  const [client, server] = InMemoryTransport.createLinkedPair();
  const answers: unknown[] = [];
  tap(server, pipe).onmessage = () => {};
  client.onmessage = (message) => void answers.push(message);
  await Promise.all([server.start(), client.start()]);
  await client.send({ jsonrpc: "2.0", id: 1, method: "ping" });
  const twice = [1, 2].map((n) => ({ jsonrpc: "2.0", id: 1, result: { n } }) as const);
  await Promise.all(twice.map((answer) => server.send(answer)));
  expect(answers).toEqual(twice);
  expect(seen).toMatchObject({ asked: 1, ended: 1 });
});

const anything = fc.array(fc.oneof(request, notification, response, junk), { minLength: 1, maxLength: 6 });

describe.each([
  ["v1", (stdin: PassThrough, stdout: PassThrough) => new StdioServerTransportV1(stdin, stdout) as unknown as End],
  ["v2", (stdin: PassThrough, stdout: PassThrough) => new StdioServerTransport(stdin, stdout) as unknown as End],
])("over stdio, %s", (_sdk, transportOn) => {
  /** What the server reads of these lines, and the bytes it writes when it answers each with one of these. */
  async function spoken(input: string, replies: readonly object[], watched: boolean): Promise<unknown> {
    const [stdin, stdout] = [new PassThrough(), new PassThrough()];
    const transport = transportOn(stdin, stdout);
    if (watched) tap(transport, watching().pipe);
    const read: string[] = [];
    transport.onmessage = (message: object) => {
      read.push(JSON.stringify(message));
      void transport.send(replies[read.length % replies.length] as object);
    };
    await transport.start();
    const arrived = new Promise((resolve) => stdin.once("data", resolve));
    stdin.write(input);
    await arrived;
    await settled();
    return { read, written: stdout.read()?.toString() };
  }

  test("the server reads the same messages, and the client the same bytes", async () => {
    await fc.assert(
      fc.asyncProperty(anything, anything, async (said, answered) => {
        const input = said.map(({ message }) => `${JSON.stringify(message)}\n`).join("");
        const replies = answered.map(({ message }) => message);
        expect(await spoken(input, replies, true)).toEqual(await spoken(input, replies, false));
      }),
      { numRuns: 150 },
    );
  });
});

describe.each([
  ["v1", () => new HttpTransportV1({ enableJsonResponse: true }) as unknown as HttpEnd],
  ["v2", () => new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true }) as unknown as HttpEnd],
])("over HTTP, %s", (_sdk, transport) => {
  test.each(["single", "batch"])(
    "a %s gets the same status and body, and reaches the server the same",
    async (what) => {
      await fc.assert(
        fc.asyncProperty(anything, fc.boolean(), async (said, junkToo) => {
          const messages = said.filter(({ kind }) => junkToo || kind !== "junk").map(({ message }) => message);
          const body = JSON.stringify(what === "batch" ? messages : (messages[0] ?? {}));
          expect(await posted(transport(), body, true)).toEqual(await posted(transport(), body, false));
        }),
        { numRuns: 150 },
      );
    },
  );
});

interface HttpEnd extends End {
  handleRequest(request: Request): Promise<Response>;
}

/** What comes back for this body, and what of it reached a server that echoes every request. */
async function posted(transport: HttpEnd, body: string, watched: boolean): Promise<unknown> {
  if (watched) tap(transport, watching().pipe);
  const read: string[] = [];
  transport.onmessage = (message: { id?: unknown; method?: unknown }) => {
    read.push(JSON.stringify(message));
    if (message.id === undefined || message.method === undefined) return;
    void transport.send({ jsonrpc: "2.0", id: message.id, result: { echo: message } }).catch(() => {});
  };
  await transport.start();
  const headers = { "content-type": "application/json", accept: "application/json, text/event-stream" };
  const response = await transport.handleRequest(
    new Request("http://localhost/mcp", { method: "POST", headers, body }),
  );
  return { status: response.status, headers: [...response.headers], body: await response.text(), read };
}
