import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net";
import type { HealthDetails } from "@mcp-ops/formats";
import { httpCheck, postgresCheck, redisCheck } from "@mcp-ops/health";
import { describe, expect, it, onTestFinished } from "vitest";
import { isDown, isUp, QUICK, watching } from "./watching.ts";

async function httpServer(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("a dependency that accepts and never answers", () => {
  const slow = { ...QUICK, timeoutMs: 20 };
  const checks = {
    http: (port: number) => httpCheck({ ...slow, url: `http://127.0.0.1:${port}` }),
    postgres: (port: number) => postgresCheck({ ...slow, host: "127.0.0.1", port, user: "app" }),
    redis: (port: number) => redisCheck({ ...slow, host: "127.0.0.1", port }),
  };

  it.each(Object.entries(checks))("is down by %s, and never holds more than one connection", async (_, checkOf) => {
    const open = new Set<Socket>();
    let most = 0;
    const server = createTcpServer((socket) => {
      most = Math.max(most, open.add(socket).size);
      socket
        .on("error", () => {})
        .on("close", () => open.delete(socket))
        .resume();
    }).listen(0, "127.0.0.1");
    onTestFinished(() => {
      for (const socket of open) socket.destroy();
      server.close();
    });
    await once(server, "listening");
    const { health, until } = watching(checkOf((server.address() as AddressInfo).port));
    const { message } = await until(({ consecutiveFailures }) => consecutiveFailures === 5);
    expect(message).toBe("no answer within 20 ms");
    expect(most).toBeLessThanOrEqual(2); // The server may hear of the end of one after the beginning of the next.
    expect(health.ready()).toMatchObject({ ok: false, status: "unhealthy" });
  });
});

it("holds its word about a dependency that flaps until it has settled", async () => {
  let next = () => 200;
  const url = await httpServer((_, response) => response.writeHead(next()).end());
  const { health, until } = watching(httpCheck({ ...QUICK, url, rise: 3, fall: 3 }));
  await until(isUp);
  const changed = () => (health.document({ details: true }) as HealthDetails).dependencies[0]?.changedAt;
  const since = changed();
  let turn = 0;
  next = () => (turn++ % 3 === 2 ? 200 : 503);
  const found = new Set<string>();
  await until(({ status }) => {
    found.add(status);
    return turn > 12;
  });
  expect([...found]).toEqual(["up"]);
  expect(changed()).toBe(since);
  next = () => 503;
  expect(await until(isDown)).toMatchObject({ consecutiveFailures: expect.any(Number) });
});

it("never asks a dependency because a probe asks us", async () => {
  let asked = 0;
  const url = await httpServer((_, response) => {
    asked++;
    response.end();
  });
  const { health, until } = watching(httpCheck({ ...QUICK, intervalMs: 3_600_000, url }));
  await until(isUp);
  for (let probe = 0; probe < 1000; probe++) for (const { path } of health.routes) health.respond(path);
  await fetch(url); // Whatever had been asked before would have arrived before this.
  expect(asked).toBe(2);
});
