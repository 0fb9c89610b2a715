import { once } from "node:events";
import type { Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { buffer } from "node:stream/consumers";
import { afterEach, describe, expect, it } from "vitest";
import { closeServer, DEFAULT_LIMITS, type Limits, opsServer } from "./ops-server.ts";
import type { Route } from "./route.ts";

const HUGE = "x".repeat(50_000_000);
const huge: Route = {
  path: "/huge",
  about: "More than a socket buffers",
  respond: () => ({ status: 200, contentType: "text/plain", body: HUGE }),
};
const broken: Route = {
  path: "/broken",
  about: "A page with a fault",
  respond: () => {
    throw new Error("fault");
  },
};

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await closeServer(server);
});

async function served(limits: Partial<Limits>): Promise<() => Promise<Socket>> {
  const server = opsServer([huge, broken], () => true, { ...DEFAULT_LIMITS, ...limits });
  servers.push(server);
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  return async () => {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => {});
    await once(socket, "connect");
    return socket;
  };
}

const GET = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`;

describe("a client is cut off", () => {
  it("that never finishes its request", async () => {
    const client = await (await served({ requestMs: 50, checkEveryMs: 10 }))();
    client.write("GET / HTTP/1.1\r\nHost: loc");
    expect((await buffer(client)).toString()).toMatch(/^HTTP\/1\.1 408 /);
  });

  it("that never reads its answer", async () => {
    const client = await (await served({ answerMs: 50 }))();
    client.pause();
    client.write(GET("/huge"));
    await once(client, "readable");
    const [server] = servers;
    await expect.poll(() => new Promise((resolve) => server?.getConnections((_, count) => resolve(count)))).toBe(0);
    client.destroy();
  });

  it("that is silent", async () => {
    const client = await (await served({ idleMs: 50 }))();
    await once(client.resume(), "close");
  });

  it("that is one too many", async () => {
    const open = await served({ maxConnections: 2 });
    const [first, second] = [await open(), await open()];
    const third = await open();
    await once(third.resume(), "close");
    expect([first?.destroyed, second?.destroyed]).toEqual([false, false]);
    for (const socket of [first, second]) socket?.destroy();
  });
});

it("answers 500 when a page throws, and 400 when the request is no HTTP", async () => {
  const open = await served({});
  const [one, two] = [await open(), await open()];
  one?.write(GET("/broken"));
  two?.write("\0\r\n\r\n");
  expect((await buffer(one as Socket)).toString()).toMatch(/^HTTP\/1\.1 500 .*This page failed\.\n$/s);
  expect((await buffer(two as Socket)).toString()).toMatch(/^HTTP\/1\.1 400 /);
});
