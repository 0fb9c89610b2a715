/** The listener of an arbiter: who gets through to it, and what it shows of itself. */

import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { embeddedStore } from "@mcp-ops/failover";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
// @boundaries-ignore makes a certificate for tests, and is in no package that is published
import { certificate } from "../../packages/failover/testing/certificate.ts";
import { freePort } from "../fixtures/free-port.ts";
import { ask, bearer } from "../sidecar/asking.ts";
import { type Daemon, House, PATIENCE } from "../sidecar/house.ts";

const TOKENS = { a: "canary-token-of-the-node-a", b: "canary-token-of-the-node-b" };
const CALL = { timeoutMs: 10_000 };
const TTL_MS = 5_000;

let house: House;
let daemon: Daemon;
let url: string;
let ca: string;

beforeAll(async () => {
  house = new House();
  const { files, cert } = certificate(house.folder, "arbiter");
  ca = cert;
  url = `https://127.0.0.1:${await freePort()}`;
  const tls = `tls: { cert: "${files.cert}", key: "${files.key}" }`;
  const config = `arbiter: { listen: "${new URL(url).host}", ${tls}, nodes: { a: { env: A }, b: { env: B } } }`;
  daemon = await house.daemon(config, { A: TOKENS.a, B: TOKENS.b });
});
afterAll(() => house[Symbol.asyncDispose]());

const client = (node: "a" | "b", tls: { ca?: string } = { ca }) => embeddedStore({ url, token: TOKENS[node], tls });

async function figures(): Promise<Readonly<Record<string, number>>> {
  const { body } = await ask(daemon.probes, "/metrics");
  const lines = [...body.matchAll(/^mcp_ops_arbiter_(\S+?)(?:_total)?(?:\{\w+="(\w+)"\})? (\d+)$/gm)];
  return Object.fromEntries(lines.map(([, name, label, value]) => [label ?? name, Number(value)]));
}

test("shows the leases it has given, what it answered, and whom it did not listen to", async () => {
  expect(await figures()).toEqual({
    ...{ groups: 0, leases: 0 },
    ...{ granted: 0, held: 0, waits: 0, renewed: 0, lost: 0, released: 0, raised: 0, failed: 0 },
    ...{ host: 0, token: 0, rate: 0, foreign: 0, malformed: 0 },
  });
  const [a, b] = [client("a"), client("b")];
  await expect(a.acquire("new", "a/1", 60_000, CALL)).rejects.toMatchObject({ code: "FAILOVER_ARBITER_WAITS" });
  const grant = await vi.waitFor(async () => {
    const acquired = await a.acquire("weather", "a/1", TTL_MS, CALL);
    return acquired.kind === "granted" ? acquired.grant : expect.unreachable();
  }, PATIENCE);
  expect(await b.acquire("weather", "b/1", TTL_MS, CALL)).toMatchObject({ kind: "held" });
  expect(await a.renew(grant, CALL)).toBe("renewed");
  await expect(a.acquire("weather", "b/1", TTL_MS, CALL)).rejects.toMatchObject({ code: "FAILOVER_ARBITER_FORBIDDEN" });
  await ask(url, "/v1/nothing", { ...bearer(TOKENS.a), method: "POST", body: "{}", tls: { ca } });
  await ask(url, "/v1/read", { method: "POST", tls: { ca } });
  const host = { headers: { ...bearer(TOKENS.a).headers, host: "evil.example" } };
  await ask(url, "/v1/read", { ...host, method: "POST", tls: { ca, servername: "localhost" } });
  await vi.waitFor(async () => {
    const { granted, held, waits, renewed, foreign, malformed, token, host: hosts, leases } = await figures();
    expect({ granted, held, renewed, foreign, malformed, token, hosts, leases }).toEqual({
      ...{ granted: 1, held: 1, renewed: 1, foreign: 1, malformed: 1, token: 1, hosts: 1, leases: 1 },
    });
    expect(waits).toBeGreaterThanOrEqual(1);
  }, PATIENCE);
  await a.release(grant, CALL);
  expect(await a.renew(grant, CALL)).toBe("lost");
  await b.raiseFloor("weather", grant.token, CALL);
  await vi.waitFor(
    async () => expect(await figures()).toMatchObject({ groups: 1, leases: 0, released: 1, lost: 1, raised: 1 }),
    PATIENCE,
  );
});

test("is reached by TLS: not without, and not by who does not trust its certificate", async () => {
  expect(await client("a").read("nobody-leads", CALL)).toBeUndefined();
  const untrusting = client("a", {}).read("nobody-leads", CALL);
  await expect(untrusting).rejects.toMatchObject({ code: "FAILOVER_STORE_UNREACHABLE", message: /CERT|SIGNED/ });
  const plain = embeddedStore({ url: url.replace("https", "http"), token: TOKENS.a });
  await expect(plain.read("nobody-leads", CALL)).rejects.toMatchObject({ code: "FAILOVER_STORE_UNREACHABLE" });
});

test("keeps a node that has shown its token waiting for no neighbour with wrong ones", async () => {
  await client("a").read("nobody-leads", CALL);
  const wrong = embeddedStore({ url, token: "canary-wrong-token-of-nobody", tls: { ca } });
  for (let tries = 0; tries < 10; tries++)
    await expect(wrong.read("nobody-leads", CALL)).rejects.toThrow("does not know");
  await expect(wrong.read("nobody-leads", CALL)).rejects.toThrow("status 429");
  expect(await client("a").read("nobody-leads", CALL)).toBeUndefined();
  await vi.waitFor(async () => expect(await figures()).toMatchObject({ rate: 1 }), PATIENCE);
  expect(daemon.err.join("\n")).not.toContain("canary");
});

test("has room for the renewals of a hundred groups, whoever else waits there", async () => {
  const waiting: Socket[] = [];
  onTestFinished(() => {
    for (const socket of waiting) socket.destroy();
  });
  for (let count = 0; count < 250; count++) {
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    waiting.push(socket);
    await once(socket, "connect");
  }
  expect(await client("a").read("nobody-leads", CALL)).toBeUndefined();
});
