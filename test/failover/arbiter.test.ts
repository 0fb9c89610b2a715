import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { embeddedStore } from "@mcp-ops/failover";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
// @boundaries-ignore one suite for all stores; it lies beside their interface, and is in no package that is published
import { leaseStoreSuite } from "../../packages/failover/testing/lease-store-suite.ts";
import { freePort } from "../fixtures/free-port.ts";
import { ask, bearer } from "../sidecar/asking.ts";
import { type Daemon, House } from "../sidecar/house.ts";

const TOKENS = { a: "canary-token-of-the-node-a", b: "canary-token-of-the-node-b" };
/** Short, because an arbiter whose ledger is new gives its first leases after this. */
const TTL_MS = 4_000;
const CALL = { timeoutMs: 10_000 };

describe("a sidecar with the duty arbiter", () => {
  let house: House;
  let daemon: Daemon;
  let url: string;

  beforeAll(async () => {
    house = new House();
    for (const [node, token] of Object.entries(TOKENS)) writeFileSync(join(house.folder, `${node}-token`), token);
    url = `http://127.0.0.1:${await freePort()}`;
    daemon = await house.daemon(config());
  });
  afterAll(() => house[Symbol.asyncDispose]());

  function config(nodes = "{ a: { file: a-token }, b: { file: b-token } }"): string {
    return `admin: { listen: "127.0.0.1:0" }\narbiter: { listen: "${new URL(url).host}", nodes: ${nodes} }`;
  }

  const client = (node: "a" | "b") => embeddedStore({ url, token: TOKENS[node] });
  const post = (verb: string, token: string | undefined, headers: Record<string, string> = {}) =>
    ask(url, `/v1/${verb}`, {
      method: "POST",
      headers: { ...(token === undefined ? {} : bearer(token).headers), ...headers },
    });

  leaseStoreSuite(
    "embedded (an arbiter in a sidecar)",
    () => ({
      client,
      freeze: () => daemon.child.kill("SIGSTOP"),
      thaw: () => daemon.child.kill("SIGCONT"),
    }),
    TTL_MS,
  );

  it("says that it is a single arbiter, in its status", async () => {
    const { body } = await ask(daemon.admin, "/api/v1/status");
    expect(body).toMatch(/Single arbiter at http:.*nobody can lead/);
    expect(JSON.parse((await ask(daemon.admin, "/api/v1/arbiter")).body)).toMatchObject({ singleArbiter: true });
    expect(JSON.parse((await ask(url, "/v1/status", bearer(TOKENS.a))).body)).toMatchObject({ singleArbiter: true });
  });

  it("answers nobody without a token of a node, nor under a foreign host name, nor more than it must read", async () => {
    expect(await post("read", undefined)).toMatchObject({ status: 401 });
    expect(await post("read", "canary-wrong-token-of-nobody")).toMatchObject({ status: 401 });
    expect(await post("read", TOKENS.a, { host: "evil.example" })).toMatchObject({ status: 403 });
    expect(await post("read", TOKENS.a, { "content-length": "999999" }).catch(() => ({ status: 413 }))).toMatchObject({
      status: 413,
    });
    const stranger = embeddedStore({ url, token: "canary-wrong-token-of-nobody" });
    await expect(stranger.read("group", CALL)).rejects.toMatchObject({
      code: "FAILOVER_STORE_REFUSED",
      message: expect.not.stringMatching(/canary/),
    });
  });

  it("lets nobody guess for long, and a node in all the same whose neighbour at its address has a wrong token", async () => {
    const statuses: number[] = [];
    for (let n = 0; n < 12; n++) statuses.push((await post("read", `canary-wrong-token-number-${n}`)).status);
    expect(statuses.at(-1)).toBe(429);
    expect(await client("a").read("guessed", CALL)).toBeUndefined();
  });

  it("does not let a node act for another, and says whose token it is", async () => {
    await expect(client("a").acquire("foreign", "b/1", TTL_MS, CALL)).rejects.toMatchObject({
      code: "FAILOVER_ARBITER_FORBIDDEN",
      message: expect.stringMatching(/of the node a/),
    });
  });

  it("killed and started again keeps a lease with its holder, and its tokens go on", async () => {
    const store = client("a");
    const acquired = await store.acquire("killed", "a/1", TTL_MS, CALL);
    if (acquired.kind !== "granted") throw new Error("it was not granted");
    daemon.child.kill("SIGKILL");
    await daemon.ended;
    await expect(store.renew(acquired.grant, CALL)).rejects.toMatchObject({ code: "FAILOVER_STORE_UNREACHABLE" });
    daemon = await house.daemon(config());
    expect(await client("b").acquire("killed", "b/1", TTL_MS, CALL)).toMatchObject({ kind: "held" });
    expect(await store.renew(acquired.grant, CALL)).toBe("renewed");
    expect(daemon.err.join("\n")).not.toContain("canary");
  });

  it("does not start with one token for two nodes, or with none, and the daemon goes on", async () => {
    for (const nodes of ["{ a: { file: a-token }, b: { file: a-token } }", "{}"]) {
      await using other = new House();
      writeFileSync(join(other.folder, "a-token"), TOKENS.a);
      const broken = await other.daemon(`arbiter: { listen: "127.0.0.1:0", nodes: ${nodes} }`);
      expect((await ask(broken.admin, "/api/v1/status")).body).toMatch(/arbiter.nodes (has one token|is empty)/);
    }
  });
});
