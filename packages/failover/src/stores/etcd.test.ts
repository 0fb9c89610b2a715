import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { freePort } from "../../testing/free-port.ts";
import { leaseStoreSuite } from "../../testing/lease-store-suite.ts";
import { missingForEtcd, type TempEtcd, tempEtcd } from "../../testing/temp-etcd.ts";
import { etcdStore } from "./etcd.ts";
import type { EtcdOptions } from "./etcd-gateway.ts";

const isMissing = missingForEtcd.length > 0;
if (isMissing) console.log(`Tests with etcd are skipped. Install the Debian packages ${missingForEtcd.join(" and ")}.`);

const CALL = { timeoutMs: 10_000 };
const TTL_MS = 30_000;

describe.skipIf(isMissing)("etcd", () => {
  let etcd: TempEtcd;

  beforeAll(async () => {
    etcd = await tempEtcd();
    return () => etcd[Symbol.asyncDispose]();
  });

  const endpoint = () => etcd.members[0]?.endpoint as string;

  function opened(options: Partial<EtcdOptions> = {}) {
    const store = etcdStore({ endpoints: [endpoint()], ...options });
    onTestFinished(() => store[Symbol.asyncDispose]());
    return store;
  }

  leaseStoreSuite("etcd", () => ({
    client: () => etcdStore({ endpoints: [endpoint()] }),
    freeze: () => etcd.members[0]?.signal("SIGSTOP"),
    thaw: () => etcd.members[0]?.signal("SIGCONT"),
  }));

  it("is asked at its next endpoint when one is dead, silent, or something else", async () => {
    const dead = `http://127.0.0.1:${await freePort()}`;
    const silent = await httpServer(() => {});
    const stranger = await httpServer((_, response) => response.end('{"ID":"1"}'));
    const sick = await httpServer((_, response) =>
      response.writeHead(503).end('{"error":"etcdserver: no leader","code":14}'),
    );
    const store = opened({ endpoints: [dead, silent, stranger, sick, endpoint()] });
    const acquired = await store.acquire("endpoints", "a/1", TTL_MS, CALL);
    if (acquired.kind !== "granted") throw new Error("it was not granted");
    const others = opened({ endpoints: [dead, stranger, sick] });
    await expect(others.renew(acquired.grant, CALL)).rejects.toMatchObject({
      code: "FAILOVER_STORE_UNREACHABLE",
      message: expect.stringMatching(/ECONNREFUSED.*does not answer as etcd does.*no leader/s),
    });
    expect(await store.renew(acquired.grant, CALL)).toBe("renewed");
  });

  it("of another cluster says nothing about our leases, and is told from ours", async () => {
    await using other = await tempEtcd();
    const store = opened({ endpoints: [endpoint()] });
    const acquired = await store.acquire("clusters", "a/1", TTL_MS, CALL);
    if (acquired.kind !== "granted") throw new Error("it was not granted");
    const port = new URL(other.members[0]?.endpoint as string).port;
    const front = await httpServer(async (request, response) => response.end(await relayed(request, target)));
    let target = new URL(endpoint()).port;
    const moved = opened({ endpoints: [front] });
    expect(await moved.renew(acquired.grant, CALL)).toBe("renewed");
    target = port;
    await expect(moved.renew(acquired.grant, CALL)).rejects.toMatchObject({
      code: "FAILOVER_STORE_REFUSED",
      message: expect.stringMatching(/another cluster.*raise-floor/),
    });
  });

  it("renews nothing by the word of a member whose term is over", async () => {
    const acquired = await opened().acquire("term", "a/1", TTL_MS, CALL);
    if (acquired.kind !== "granted") throw new Error("it was not granted");
    const { port } = new URL(endpoint());
    // What a leader answers that was deposed and has not heard of it: a good keepalive, of an older term.
    const deposed = await httpServer(async (request, response) => {
      const answer = await relayed(request, port);
      const isKeepalive = request.url === "/v3/lease/keepalive";
      response.end(isKeepalive ? answer.replace(/"raft_term":"\d+"/, '"raft_term":"1"') : answer);
    });
    await expect(opened({ endpoints: [deposed] }).renew(acquired.grant, CALL)).rejects.toMatchObject({
      code: "FAILOVER_STORE_UNREACHABLE",
      message: expect.stringMatching(/leader changed/),
    });
    expect(await opened().renew(acquired.grant, CALL)).toBe("renewed");
  });

  it("is asked again where an answer was lost, and nothing is revoked meanwhile that may be the lease of it all", async () => {
    const { port } = new URL(endpoint());
    const asked: string[] = [];
    const relay = (losesPuts: boolean) =>
      httpServer(async (request, response) => {
        const body = await text(request);
        asked.push(request.url ?? "");
        const answer = await fetch(`http://127.0.0.1:${port}${request.url}`, { method: "POST", body });
        if (!losesPuts || !body.includes("requestPut")) response.end(await answer.text());
      });
    const store = opened({ endpoints: [await relay(true), await relay(false)] });
    const acquired = await store.acquire("lost-answer", "a/1", TTL_MS, { timeoutMs: 800 });
    if (acquired.kind !== "granted") throw new Error("it was not granted");
    expect(asked).not.toContain("/v3/lease/revoke");
    expect(await opened().read("lost-answer", CALL)).toEqual({ holder: "a/1", token: acquired.grant.token });
    expect(await opened().renew(acquired.grant, CALL)).toBe("renewed");
  });

  it("whose key somebody deleted has lost the lease, although etcd's own lease lives", async () => {
    const store = opened();
    const acquired = await store.acquire("deleted", "a/1", TTL_MS, CALL);
    if (acquired.kind !== "granted") throw new Error("it was not granted");
    etcd.ctl("del", "/mcp-ops/failover/deleted/lease");
    expect(await store.renew(acquired.grant, CALL)).toBe("lost");
  });

  it("whose key somebody hung on another lease has lost it: what is kept alive is not what the key ends with", async () => {
    const store = opened();
    const acquired = await store.acquire("hung", "a/1", TTL_MS, CALL);
    if (acquired.kind !== "granted") throw new Error("it was not granted");
    const other = /lease (\w+) granted/.exec(etcd.ctl("lease", "grant", "60"))?.[1] ?? "";
    const key = "/mcp-ops/failover/hung/lease";
    etcd.ctl("put", "--lease", other, key, etcd.ctl("get", "--print-value-only", key).trim());
    expect(await store.renew(acquired.grant, CALL)).toBe("lost");
  });

  it("gives no token below a floor that was raised while the lease was being taken", async () => {
    const { port } = new URL(endpoint());
    let floors = 0;
    const relay = await httpServer(async (request, response) => {
      // Between the look at the floor and the taking.
      if (request.url === "/v3/lease/grant" && floors === 0)
        floors = await opened().raiseFloor("floor", 6n << 48n, CALL);
      response.end(await relayed(request, port));
    });
    const acquired = await opened({ endpoints: [relay] }).acquire("floor", "a/1", TTL_MS, CALL);
    expect(floors).toBe(7);
    expect(acquired.kind === "granted" && acquired.grant.token >> 48n).toBe(7n);
  });

  it("keeps a lease over a restart, and its tokens go on", async () => {
    const store = opened();
    const acquired = await store.acquire("restart", "a/1", TTL_MS, CALL);
    if (acquired.kind !== "granted") throw new Error("it was not granted");
    await etcd.members[0]?.restart();
    expect(await store.renew(acquired.grant, CALL)).toBe("renewed");
    await store.release(acquired.grant, CALL);
    const next = await store.acquire("restart", "b/1", TTL_MS, CALL);
    expect(next).toMatchObject({ kind: "granted" });
    expect(next.kind === "granted" && next.grant.token > acquired.grant.token).toBe(true);
  });

  it("leaves nothing behind but the floor when leases were given back", async () => {
    const store = opened();
    const acquired = await store.acquire("clean", "a/1", TTL_MS, CALL);
    expect(await store.acquire("clean", "b/1", TTL_MS, CALL)).toMatchObject({ kind: "held" });
    if (acquired.kind === "granted") await store.release(acquired.grant, CALL);
    expect(etcd.ctl("get", "--prefix", "/mcp-ops/failover/clean/")).toBe("");
  });
});

describe.skipIf(isMissing)("etcd with TLS and users", () => {
  let etcd: TempEtcd;

  beforeAll(async () => {
    etcd = await tempEtcd(1, { kind: "tls" });
    etcd.ctl("user", "add", "root:root-secret");
    etcd.ctl("user", "grant-role", "root", "root");
    etcd.ctl("role", "add", "failover");
    etcd.ctl("role", "grant-permission", "failover", "--prefix=true", "readwrite", "/mcp-ops/failover/");
    for (const user of ["node", "guest"]) etcd.ctl("user", "add", `${user}:canary-secret`);
    etcd.ctl("user", "grant-role", "node", "failover");
    etcd.ctl("auth", "enable");
  });
  afterAll(() => etcd[Symbol.asyncDispose]());

  const pem = (name: string) => readFileSync(join(etcd.folder, name), "utf8");
  const tls = () => ({ ca: pem("server.pem"), cert: pem("client.pem"), key: pem("client-key.pem") });
  const user = { name: "node", password: "canary-secret" };

  const take = (options: Partial<EtcdOptions>) =>
    etcdStore({ endpoints: [etcd.members[0]?.endpoint as string], tls: tls(), ...options }).acquire(
      "tls",
      "a/1",
      TTL_MS,
      CALL,
    );

  it("lets a node in that shows its certificate and password, and again after etcd forgot its token", async () => {
    const store = etcdStore({ endpoints: [etcd.members[0]?.endpoint as string], tls: tls(), user });
    const acquired = await store.acquire("auth", "a/1", TTL_MS, CALL);
    if (acquired.kind !== "granted") throw new Error("it was not granted");
    // Simple tokens live in the memory of a member.
    await etcd.members[0]?.restart();
    expect(await store.renew(acquired.grant, CALL)).toBe("renewed");
  });

  it.each([
    ["without a user", {}, /Give a `user`/],
    ["with a wrong password", { user: { ...user, password: "canary-wrong" } }, /does not take the user or password/],
    ["as one who may not write there", { user: { ...user, name: "guest" } }, /`user` whose role has readwrite/],
  ])("says what to do to whoever comes %s", async (_, options, message) => {
    const error = await take(options).catch((refusal) => refusal);
    expect(error).toMatchObject({ code: "FAILOVER_STORE_REFUSED", message: expect.stringMatching(message) });
    expect(String(error)).not.toContain("canary");
  });

  it.each([
    ["does not trust its certificate", () => ({ ...tls(), ca: undefined })],
    ["shows no certificate", () => ({ ca: pem("server.pem") })],
  ])("is unreachable for one who %s", async (_, wrong) => {
    await expect(take({ user, tls: wrong() })).rejects.toMatchObject({ code: "FAILOVER_STORE_UNREACHABLE" });
  });
});

describe.skipIf(isMissing)("etcd with signed tokens", () => {
  it("lets a node go on when users or roles were changed since it was given its token", async () => {
    await using etcd = await tempEtcd(1, { kind: "jwt" });
    etcd.ctl("user", "add", "root:root-secret");
    etcd.ctl("user", "grant-role", "root", "root");
    etcd.ctl("auth", "enable");
    const user = { name: "root", password: "root-secret" };
    const store = etcdStore({ endpoints: [etcd.members[0]?.endpoint as string], user });
    const acquired = await store.acquire("signed", "a/1", TTL_MS, CALL);
    if (acquired.kind !== "granted") throw new Error("it was not granted");
    etcd.ctl("--user", "root:root-secret", "user", "add", "somebody:else");
    expect(await store.renew(acquired.grant, CALL)).toBe("renewed");
  });
});

type Listener = Parameters<typeof createServer>[1] & {};

async function httpServer(listener: Listener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Hands a question on to whatever listens at that port. */
async function relayed(request: IncomingMessage, port: string): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${port}${request.url}`, { method: "POST", body: await text(request) });
  return answer.text();
}
