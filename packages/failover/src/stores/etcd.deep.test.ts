import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { PATIENCE } from "../../testing/temp.ts";
import { type Member, missingForEtcd, type TempEtcd, tempEtcd } from "../../testing/temp-etcd.ts";
import type { Grant, LeaseStore } from "../lease-store.ts";
import { ask } from "./ask.ts";
import { etcdStore } from "./etcd.ts";

const isMissing = missingForEtcd.length > 0;
if (isMissing) console.log(`Clusters of etcd are not tested. Install ${missingForEtcd.join(" and ")}.`);

const ROUNDS = Math.min(Number(process.env.ROUNDS ?? 6), 60);
const CALL = { timeoutMs: 1_500 };
const TTL_MS = 20_000;

describe.skipIf(isMissing)("etcd of three members", () => {
  let etcd: TempEtcd;

  beforeEach(async () => {
    etcd = await tempEtcd(3);
  }, 30_000);
  afterEach(() => etcd[Symbol.asyncDispose]());

  function opened(members: readonly Member[] = etcd.members): LeaseStore {
    const store = etcdStore({ endpoints: members.map(({ endpoint }) => endpoint) });
    onTestFinished(() => store[Symbol.asyncDispose]());
    return store;
  }

  /** The member that leads among these. */
  function leader(among: readonly Member[] = etcd.members): Promise<Member> {
    return vi.waitFor(async () => {
      for (const member of among) {
        const url = new URL("/v3/maintenance/status", member.endpoint);
        const { body } = await ask({ method: "POST", url, body: {} }, { timeoutMs: 500 });
        const { leader: id, header } = body as { leader?: string; header: { member_id: string } };
        if (id === header.member_id) return member;
      }
      throw new Error("nobody leads");
    }, PATIENCE);
  }

  async function taken(store: LeaseStore, name: string, holder: string): Promise<Grant> {
    return vi.waitFor(async () => {
      const acquired = await store.acquire(name, holder, TTL_MS, CALL);
      if (acquired.kind === "granted") return acquired.grant;
      throw new Error(`it is held by ${acquired.by.holder}`);
    }, PATIENCE);
  }

  /** What renewals say until one succeeds. */
  async function renewedAtLast(store: LeaseStore, grant: Grant): Promise<readonly string[]> {
    const said: string[] = [];
    await vi.waitFor(async () => {
      said.push(await store.renew(grant, CALL).catch((error) => (error as { code: string }).code));
      expect(said.at(-1)).toBe("renewed");
    }, PATIENCE);
    return said;
  }

  it("keeps a lease when its leader is killed, and calls it lost at no moment", async () => {
    const store = opened();
    const grant = await taken(store, "killed", "a/1");
    const first = await leader();
    await first.kill();
    expect(await renewedAtLast(store, grant)).not.toContain("lost");
    expect(await leader(etcd.members.filter((member) => member !== first))).not.toBe(first);
  });

  it("keeps a lease when its leader is frozen and wakes, and calls it lost at no moment", async () => {
    const store = opened();
    const grant = await taken(store, "frozen", "a/1");
    const first = await leader();
    first.signal("SIGSTOP");
    expect(await renewedAtLast(store, grant)).not.toContain("lost");
    first.signal("SIGCONT");
    expect(await renewedAtLast(opened([first]), grant)).not.toContain("lost");
  });

  it("of which two are frozen is unreachable, which is not `lost`; nobody takes the lease meanwhile", async () => {
    const store = opened();
    const grant = await taken(store, "minority", "a/1");
    const [, ...others] = etcd.members;
    for (const member of others) member.signal("SIGSTOP");
    const unreachable = { code: "FAILOVER_STORE_UNREACHABLE" };
    for (let asked = 0; asked < 4; asked++) {
      await expect(store.renew(grant, CALL)).rejects.toMatchObject(unreachable);
      await expect(opened().acquire("minority", "b/1", TTL_MS, CALL)).rejects.toMatchObject(unreachable);
    }
    for (const member of others) member.signal("SIGCONT");
    expect(await renewedAtLast(store, grant)).not.toContain("lost");
  });

  it(`whose old leader wakes and does not know it yet renews nothing that another holds by now, ${ROUNDS} times over`, async () => {
    let highest = 0n;
    for (let round = 0; round < ROUNDS; round++) {
      const old = await leader();
      const rest = etcd.members.filter((member) => member !== old);
      const first = await taken(opened([old]), "stale", "a/1");
      expect(first.token).toBeGreaterThan(highest);
      old.signal("SIGSTOP");
      await leader(rest);
      const others = opened(rest);
      await vi.waitFor(() => others.release(first, CALL), PATIENCE);
      const second = await taken(others, "stale", "b/1");
      expect(second.token).toBeGreaterThan(first.token);
      const asleep = opened([old]).renew(first, { timeoutMs: 5_000 });
      old.signal("SIGCONT");
      expect(await asleep.catch((error) => (error as { code: string }).code)).not.toBe("renewed");
      await vi.waitFor(() => others.release(second, CALL), PATIENCE);
      highest = second.token;
    }
  });
});
