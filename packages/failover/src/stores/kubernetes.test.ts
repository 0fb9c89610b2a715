import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { FakeKubernetes } from "../../testing/fake-kubernetes.ts";
import { leaseStoreSuite } from "../../testing/lease-store-suite.ts";
import type { Grant, LeaseStore } from "../lease-store.ts";
import { kubernetesStore } from "./kubernetes.ts";

const CALL = { timeoutMs: 10_000 };
const TTL_MS = 15_000;

let fake: FakeKubernetes;

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), "mcp-ops-kubernetes-"));
  fake = await new FakeKubernetes(folder).listen();
  return async () => {
    await fake[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  };
});

const place = () => ({ server: fake.url, serviceAccount: fake.serviceAccount });

leaseStoreSuite("Kubernetes (a fake API server)", () => ({
  client: () => kubernetesStore(place()),
  freeze: () => fake.freeze(true),
  thaw: () => fake.freeze(false),
}));

async function taken(store: LeaseStore, name: string, holder = "a/1"): Promise<Grant> {
  const acquired = await store.acquire(name, holder, TTL_MS, CALL);
  if (acquired.kind !== "granted") throw new Error("it was not granted");
  return acquired.grant;
}

describe("a Lease object (of a fake API server)", () => {
  it("is taken over only after its record has not changed for the whole time on our own clock, whatever times stand in it", async () => {
    let now = 0;
    const b = kubernetesStore(place(), () => now);
    await taken(kubernetesStore(place()), "clock");
    // A holder whose clock is a year behind, or ahead.
    for (const renewTime of ["2025-11-21T06:00:00.000000Z", "2027-11-21T06:00:00.000000Z"]) {
      fake.patch("clock", { renewTime });
      expect(await b.acquire("clock", "b/1", TTL_MS, CALL)).toMatchObject({ kind: "held" });
      now += TTL_MS - 1;
      expect(await b.acquire("clock", "b/1", TTL_MS, CALL)).toMatchObject({ kind: "held" });
    }
    now += 1;
    expect(await b.acquire("clock", "b/1", TTL_MS, CALL)).toMatchObject({ kind: "granted" });
  });

  it("of a holder that took it for longer than we would is waited for as long", async () => {
    let now = 0;
    const b = kubernetesStore(place(), () => now);
    await taken(kubernetesStore(place()), "longer");
    fake.patch("longer", { leaseDurationSeconds: 60 });
    await b.acquire("longer", "b/1", TTL_MS, CALL);
    now += 59_999;
    expect(await b.acquire("longer", "b/1", TTL_MS, CALL)).toMatchObject({ kind: "held" });
    now += 1;
    expect(await b.acquire("longer", "b/1", TTL_MS, CALL)).toMatchObject({ kind: "granted" });
  });

  it("that its holder renewed just before we wrote stays with it: the version is another one", async () => {
    let now = 0;
    const b = kubernetesStore(place(), () => now);
    const grant = await taken(kubernetesStore(place()), "race");
    await b.acquire("race", "b/1", TTL_MS, CALL);
    now += TTL_MS;
    fake.beforeWrite = () => {
      fake.beforeWrite = () => {};
      fake.patch("race", { renewTime: new Date().toISOString() });
    };
    const by = { holder: "a/1", token: grant.token };
    expect(await b.acquire("race", "b/1", TTL_MS, CALL)).toEqual({ kind: "held", by });
  });

  it("H8: whose holder's time of day stands still is seen to be renewed all the same", async () => {
    let now = 0;
    const [a, b] = [kubernetesStore(place(), () => now), kubernetesStore(place(), () => now)];
    vi.useFakeTimers({ toFake: ["Date"], now: 0 });
    onTestFinished(() => void vi.useRealTimers());
    const grant = await taken(a, "still");
    for (let round = 0; round < 4; round++) {
      expect(await b.acquire("still", "b/1", TTL_MS, CALL)).toMatchObject({ kind: "held" });
      now += TTL_MS / 2;
      expect(await a.renew(grant, CALL)).toBe("renewed");
    }
  });

  it("is lost to a process that was frozen for longer than its time, also when nobody has taken it", async () => {
    let now = 0;
    const a = kubernetesStore(place(), () => now);
    const grant = await taken(a, "frozen");
    now += TTL_MS;
    expect(await a.renew(grant, CALL)).toBe("lost");
  });

  it("that was deleted is lost, and is not made anew by its holder's renewal", async () => {
    const a = kubernetesStore(place());
    const grant = await taken(a, "deleted");
    fake.objects.delete("deleted");
    expect(await a.renew(grant, CALL)).toBe("lost");
    expect(fake.objects.has("deleted")).toBe(false);
  });

  it("keeps what others wrote into it", async () => {
    const a = kubernetesStore(place());
    const grant = await taken(a, "labels");
    const kept = fake.objects.get("labels");
    Object.assign(kept?.metadata ?? {}, { labels: { team: "house" } });
    expect(await a.renew(grant, CALL)).toBe("renewed");
    expect(fake.objects.get("labels")?.metadata).toMatchObject({ labels: { team: "house" } });
    expect(fake.objects.get("labels")?.spec).toMatchObject({ holderIdentity: "a/1", leaseDurationSeconds: 15 });
  });

  it("is asked for with the token as it is now: Kubernetes changes it", async () => {
    const a = kubernetesStore(place());
    const grant = await taken(a, "token");
    fake.token = "second-token";
    await expect(a.renew(grant, CALL)).rejects.toMatchObject({ code: "FAILOVER_STORE_REFUSED" });
    fake.mountToken();
    expect(await a.renew(grant, CALL)).toBe("renewed");
  });

  it("that may not be written says which right is missing", async () => {
    const a = kubernetesStore({ ...place(), namespace: "elsewhere" });
    await expect(a.acquire("rights", "a/1", TTL_MS, CALL)).rejects.toMatchObject({
      code: "FAILOVER_STORE_REFUSED",
      message: expect.stringMatching(/Role with get, create and update on leases/),
    });
  });

  it("outside a pod says that the service account is missing", async () => {
    const a = kubernetesStore({ server: fake.url, serviceAccount: join(fake.serviceAccount, "nothing") });
    await expect(a.read("pod", CALL)).rejects.toMatchObject({
      code: "FAILOVER_STORE_REFUSED",
      message: expect.stringMatching(/automountServiceAccountToken/),
    });
  });
});
