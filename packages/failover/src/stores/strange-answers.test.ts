/** What stands where a store should, or before it: none of it is ever an answer about a lease. */
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { FakeKubernetes } from "../../testing/fake-kubernetes.ts";
import type { LeaseStore } from "../lease-store.ts";
import { embeddedStore } from "./embedded.ts";
import { etcdStore } from "./etcd.ts";
import { kubernetesStore } from "./kubernetes.ts";

const CALL = { timeoutMs: 150 };
const TTL_MS = 15_000;
const GRANT = { name: "strange", holder: "a/1", token: 7n, ttlMs: TTL_MS, handle: "7" };
const HEADER = { cluster_id: "1", raft_term: "2", revision: "9" };

type Strange = (response: ServerResponse, elsewhere: string) => void;

const STRANGE: readonly (readonly [string, Strange])[] = [
  ["says what is no JSON", (response) => response.end("<html>Welcome!</html>")],
  ["says JSON of something else", (response) => response.end('{"status":"ok","error":{"code":5,"message":{}}}')],
  ["says null", (response) => response.end("null")],
  ["says a list", (response) => response.end("[]")],
  ["says 404, as what knows no such page", (response) => response.writeHead(404).end("404 page not found")],
  ["says 404, in JSON", (response) => response.writeHead(404).end('{"message":"no route","kind":"lease"}')],
  ["says 409, and no more", (response) => response.writeHead(409).end()],
  ["fails with 500", (response) => response.writeHead(500).end("{}")],
  ["fails with 503", (response) => response.writeHead(503).end('{"error":"no leader","code":14}')],
  ["sends us elsewhere", (response, elsewhere) => response.writeHead(307, { Location: elsewhere }).end()],
  ["says more than anybody would", (response) => response.end(`{"kind":"renewed","x":"${"x".repeat(300_000)}"}`)],
  ["breaks off", (response) => response.writeHead(200, { "Content-Length": 99 }).write("{", () => response.destroy())],
  ["begins and never ends", (response) => void response.writeHead(200).write("{")],
  ["switches protocols", (response) => response.writeHead(101, { Connection: "Upgrade", Upgrade: "x" }).end()],
];

describe.each(["embedded", "etcd", "kubernetes"] as const)("to a node whose store is %s", (kind) => {
  let folder = "";
  let fake: FakeKubernetes;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "mcp-ops-strange-"));
    fake = await new FakeKubernetes(folder).listen();
  });
  afterAll(async () => {
    await fake[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  /** A store that answers so from now on, and a lease of it. */
  async function spoiled(
    strange: Strange,
  ): Promise<{ store: LeaseStore; grant: typeof GRANT; wasElsewhere: () => boolean }> {
    let asked = 0;
    const elsewhere = await listening((_, response) => response.end(String(++asked)));
    const url = kind === "kubernetes" ? fake.url : await listening((_, response) => strange(response, elsewhere));
    const store = {
      embedded: () => embeddedStore({ url, token: "canary-token-of-a-node" }),
      etcd: () => etcdStore({ endpoints: [url] }),
      kubernetes: () => kubernetesStore({ server: url, serviceAccount: folder }),
    }[kind]();
    onTestFinished(() => store[Symbol.asyncDispose]());
    const grant = kind === "kubernetes" ? await first(store) : GRANT;
    fake.instead = kind === "kubernetes" ? (response) => strange(response, elsewhere) : undefined;
    return { store, grant, wasElsewhere: () => asked > 0 };
  }

  async function first(store: LeaseStore): Promise<typeof GRANT> {
    fake.instead = undefined;
    const acquired = await store.acquire(GRANT.name, GRANT.holder, TTL_MS, { timeoutMs: 30_000 });
    if (acquired.kind !== "granted") throw new Error("it was not granted");
    return { ...GRANT, ...acquired.grant };
  }

  it.each(STRANGE)("what %s gives no lease, renews none, and takes none away", async (_, strange) => {
    const { store, grant, wasElsewhere } = await spoiled(strange);
    const unreachable = { code: "FAILOVER_STORE_UNREACHABLE", message: expect.not.stringMatching(/canary|undefined/) };
    await expect(store.renew(grant, CALL)).rejects.toMatchObject(unreachable);
    await expect(store.acquire(grant.name, grant.holder, TTL_MS, CALL)).rejects.toMatchObject(unreachable);
    await expect(store.read(grant.name, CALL)).rejects.toMatchObject(unreachable);
    expect(wasElsewhere()).toBe(false);
  });
});

it("etcd that gives a lease without an id hangs no key on it: that would never end", async () => {
  const asked: string[] = [];
  const url = await listening((request, response) => {
    asked.push(request.url ?? "");
    response.end(JSON.stringify({ header: HEADER }));
  });
  const acquired = etcdStore({ endpoints: [url] }).acquire("nameless", "a/1", TTL_MS, { timeoutMs: 30_000 });
  await expect(acquired).rejects.toMatchObject({ code: "FAILOVER_STORE_UNREACHABLE" });
  expect(asked).toEqual(["/v3/kv/txn", "/v3/lease/grant"]);
});

it("an arbiter that has no room for one more watch is not asked all the time", async () => {
  let asked = 0;
  const url = await listening((_, response) => {
    asked++;
    response.end('{"version":"1"}');
  });
  const watch = embeddedStore({ url, token: "a-token-of-a-node" }).watch?.("group", new AbortController().signal);
  let yields = 0;
  for await (const _ of watch ?? []) yields++;
  expect({ asked, yields }).toEqual({ asked: 2, yields: 1 });
});

it("a watch of etcd that a frozen member does not open ends, so that another is asked", async () => {
  const frozen = await listening(() => {});
  const open = await listening((_, response) => void response.write('{"result":{"created":true}}\n'));
  const off = new AbortController();
  const watch = etcdStore({ endpoints: [frozen, open] }).watch?.("group", off.signal);
  expect(await watch?.[Symbol.asyncIterator]().next()).toMatchObject({ done: false });
  off.abort();
});

async function listening(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
