import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { toNodeHandler } from "@modelcontextprotocol/node";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { expect, test, vi } from "vitest";
import { Booker } from "./booker.ts";

const WAIT = { timeout: 60_000, interval: 10 };

/** A server that books under whatever lease it is told, and that can be told to refuse. */
async function desk(node: string, lease: { token: number; refuses: boolean }) {
  const make = () => {
    const server = new McpServer({ name: "desk", version: "1.0.0" });
    server.registerTool("book", {}, () => ({ content: [{ type: "text", text: `${node} ${lease.token}` }] }));
    return server;
  };
  const serve = toNodeHandler(createMcpHandler(make)) as RequestListener;
  const http = createServer((request, response) =>
    lease.refuses ? void response.writeHead(503).end() : serve(request, response),
  ).listen(0, "127.0.0.1");
  await once(http, "listening");
  const close = async () => {
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  };
  return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`, [Symbol.asyncDispose]: close };
}

test("a client books with whoever accepts it, and knows how long nobody did", async () => {
  const [ofA, ofB] = [
    { token: 1, refuses: false },
    { token: 2, refuses: true },
  ];
  await using a = await desk("a", ofA);
  await using b = await desk("b", ofB);
  const booker = new Booker({ a: a.url, b: b.url });
  const stop = new AbortController();
  const running = booker.run(stop.signal);
  await vi.waitFor(() => expect(booker.last).toMatchObject({ node: "a", token: 1n }), WAIT);
  booker.longestMs();
  ofA.refuses = true;
  ofB.refuses = false;
  await vi.waitFor(() => expect(booker.last).toMatchObject({ node: "b", token: 2n }), WAIT);
  expect(booker.longestMs()).toBeGreaterThan(0);
  stop.abort();
  await running;
});

test.each([
  [1, "an older lease"],
  [2, "the same one"],
])("a booking with token %i after another server's with token 2 is a fault: it is %s", async (token) => {
  const [ofA, ofB] = [
    { token: 2, refuses: false },
    { token, refuses: true },
  ];
  await using a = await desk("a", ofA);
  await using b = await desk("b", ofB);
  const booker = new Booker({ a: a.url, b: b.url });
  const running = booker.run(AbortSignal.timeout(20_000));
  const fault = expect(running).rejects.toThrow(`b booked with token ${token} after a had with token 2`);
  await vi.waitFor(() => expect(booker.last?.node).toBe("a"), WAIT);
  ofA.refuses = true;
  ofB.refuses = false;
  await fault;
});
