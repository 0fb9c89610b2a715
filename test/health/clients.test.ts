import { health } from "@mcp-ops/health";
import { pipeline, tap } from "@mcp-ops/tap";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { createMcpHandler, InMemoryTransport as InMemoryTransportV2, McpServer } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { expect, it, onTestFinished } from "vitest";
import { lowLevel } from "./houses.ts";

const OURS = "health://status";

/** A server without resources of its own, watched, whose health also counts connections. */
function watched() {
  const one = health({ details: () => true });
  onTestFinished(() => one.close());
  one.start();
  const watch = pipeline({ gates: [one.gate], connectionObservers: [one.connectionObserver] });
  const factory = () => {
    const server = new McpServer({ name: "shop", version: "2.0" });
    server.registerTool("greet", {}, () => ({ content: [] }));
    return server;
  };
  return { health: one, watch, factory };
}

/** What a client of an official SDK, which checks every answer against its schema, finds. */
async function found(client: Pick<Client, "listResources" | "readResource" | "listResourceTemplates">) {
  const { resources } = await client.listResources();
  const { resourceTemplates } = await client.listResourceTemplates();
  const { contents } = await client.readResource({ uri: OURS });
  const { status, server } = JSON.parse((contents[0] as { text: string }).text);
  return { uris: resources.map(({ uri }) => uri), resourceTemplates, status, server };
}

const EXPECTED = { uris: [OURS], resourceTemplates: [], status: "healthy" };

it.each([
  ["modern", { mode: { pin: "2026-07-28" } }],
  ["legacy", { mode: "legacy" }],
] as const)("a client of SDK v2 finds it over HTTP, %s", async (_, versionNegotiation) => {
  const { watch, factory } = watched();
  const handler = createMcpHandler(tap(factory, watch));
  const fetch = (input: string | URL | Request, init?: RequestInit) => handler.fetch(new Request(input, init));
  const client = new Client({ name: "client", version: "1" }, { versionNegotiation });
  onTestFinished(() => client.close());
  await client.connect(new StreamableHTTPClientTransport(new URL("http://localhost/mcp"), { fetch }));
  expect(await found(client)).toEqual({ ...EXPECTED, server: "shop" });
});

it.each([
  ["modern", { mode: { pin: "2026-07-28" } }],
  ["legacy", { mode: "legacy" }],
] as const)("a client of SDK v2 finds it where the wire is watched, %s", async (_, versionNegotiation) => {
  const { health: one, watch, factory } = watched();
  const [near, far] = InMemoryTransportV2.createLinkedPair();
  serveStdio(factory, { transport: tap(far, watch) as never });
  const client = new Client({ name: "client", version: "1" }, { versionNegotiation });
  await client.connect(near);
  expect(await found(client)).toMatchObject(EXPECTED);
  expect(one.document({ details: true })).toMatchObject({ connections: { open: 1 } });
  await client.close();
});

it("a client of SDK v1 finds it on a server of SDK v1, and the connection counts while it is open", async () => {
  const { health: one, watch } = watched();
  const server = tap(lowLevel([]), watch);
  const [near, far] = InMemoryTransport.createLinkedPair();
  await server.connect(far);
  const client = new ClientV1({ name: "client", version: "1" });
  await client.connect(near);
  expect(await found(client as never)).toEqual({ ...EXPECTED, server: "house" });
  expect(one.document({ details: true })).toMatchObject({ connections: { open: 1, byKind: { memory: 1 } } });
  await client.close();
  expect(one.document({ details: true })).toMatchObject({ connections: { open: 0 } });
});

it("one gate serves several servers, and hides no resource of any", async () => {
  const { watch, factory } = watched();
  const clientOf = async (server: { connect(transport: never): Promise<void> }) => {
    const [near, far] = InMemoryTransport.createLinkedPair();
    await server.connect(far as never);
    const client = new ClientV1({ name: "client", version: "1" });
    onTestFinished(() => client.close());
    await client.connect(near);
    return client;
  };
  const shop = await clientOf(tap(factory(), watch));
  const house = await clientOf(tap(lowLevel([{ uri: OURS, text: "theirs" }]), watch));
  for (const _ of ["before", "after the lists are known"]) {
    expect((await house.readResource({ uri: OURS })).contents).toMatchObject([{ text: "theirs" }]);
    expect(await found(shop as never)).toMatchObject(EXPECTED);
    expect((await house.listResources()).resources).toHaveLength(1);
  }
});
