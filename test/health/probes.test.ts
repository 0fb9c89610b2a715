import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { customCheck, type Health, health } from "@mcp-ops/health";
import { expect, it, onTestFinished } from "vitest";

/** The health on an HTTP surface, in the few lines that any surface needs. */
async function served(one: Health): Promise<string> {
  const server = createServer((request, response) => {
    const authorised = request.headers.authorization === "Bearer ops";
    const reply = one.respond(request.url ?? "", { authorised });
    if (reply === undefined) return void response.writeHead(404).end();
    const { status, contentType, body } = reply;
    response.writeHead(status, { "content-type": contentType, "content-length": Buffer.byteLength(body) });
    response.end(request.method === "HEAD" ? undefined : body);
  }).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function withDatabase(ok: boolean): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const one = health({
    checks: [customCheck({ name: "db", target: "db-7.internal", run: () => ({ ok, message: "no route to db-7" }) })],
    onCheck: () => resolve(),
  });
  onTestFinished(() => one.close());
  one.start();
  await promise;
  return served(one);
}

it.each([
  ["/livez", true, 200],
  ["/livez", false, 200],
  ["/health", true, 200],
  ["/health", false, 200],
  ["/readyz", true, 200],
  ["/readyz", false, 503],
  ["/ready", true, 200],
  ["/ready", false, 503],
  ["/elsewhere", true, 404],
])("%s with a database that is up: %s answers %i, to HEAD too", async (path, isUp, status) => {
  const url = `${await withDatabase(isUp)}${path}`;
  const got = await fetch(url);
  const headed = await fetch(url, { method: "HEAD" });
  expect([got.status, headed.status]).toEqual([status, status]);
  expect(headed.headers.get("content-length")).toBe(got.headers.get("content-length"));
  expect(await headed.text()).toBe("");
});

it("keeps hosts and messages from whoever is not authorised", async () => {
  const url = await withDatabase(false);
  for (const path of ["/livez", "/health", "/readyz", "/ready"]) {
    expect(await (await fetch(`${url}${path}`)).text()).not.toContain("db-7");
  }
  const told = await (await fetch(`${url}/health`, { headers: { authorization: "Bearer ops" } })).text();
  expect(JSON.parse(told)).toMatchObject({ dependencies: [{ target: "db-7.internal", message: "no route to db-7" }] });
});
