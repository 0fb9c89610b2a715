import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { failoverPlan } from "./duty.ts";
import { failoverSection } from "./settings.ts";

const STORE = { kind: "embedded", url: "http://10.0.0.3:9467", token: { env: "TOKEN" } };

function complaint(section: object): string {
  const { error } = failoverSection.safeParse(section);
  return error?.issues.map(({ path, message }) => `${path.join(".")} ${message}`).join("; ") ?? "";
}

describe("a section of failover", () => {
  it("may be empty, and then there is none", () => {
    expect(failoverSection.parse({})).toMatchObject({ mode: "active-passive", priority: 100, peers: {} });
  });

  it("needs a store where one leads, and none where all serve", () => {
    expect(complaint({ group: "weather" })).toContain("store must say where the lease is kept");
    expect(complaint({ group: "weather", mode: "active-active" })).toBe("");
    expect(complaint({ group: "weather", store: STORE })).toBe("");
  });

  it("H9: is refused with a timing with which two nodes could lead", () => {
    expect(complaint({ group: "weather", store: STORE, timing: { ttlMs: 2_000, renewEveryMs: 1_900 } })).toContain(
      "timing must be safe: This timing cannot be safe",
    );
    expect(complaint({ group: "weather", store: STORE, timing: { ttlMs: 2_000 } })).toBe("");
  });

  it("gives a primary the time to end that its lease may need, and else asks for none", () => {
    const needs = (section: object) => failoverPlan.endsWithinMs?.(failoverSection.parse(section));
    const etcd = { kind: "etcd", urls: ["http://10.0.0.3:2379"] };
    expect(needs({ group: "weather", store: STORE })).toBe(12_000);
    expect(needs({ group: "weather", store: etcd })).toBe(17_500);
    expect(needs({ group: "weather", store: STORE, timing: { ttlMs: 2_000 } })).toBe(3_100);
    expect([needs({}), needs({ group: "weather", mode: "active-active" })]).toEqual([0, 0]);
  });

  it("has the address of each node but one in the config, since PRIMARY_HOST is one", () => {
    const peers = (...names: readonly string[]) => Object.fromEntries(names.map((name) => [name, {}]));
    expect(complaint({ group: "weather", store: STORE, peers: peers("b") })).toBe("");
    expect(complaint({ group: "weather", store: STORE, peers: peers("b", "c") })).toContain(
      "peers must have a url each",
    );
  });

  it("does not limit the age of data of which nobody knows the age", () => {
    expect(complaint({ maxSyncLagMs: 1_000 })).toContain("maxSyncLagMs needs failover.sync or syncedFile");
  });

  it("does not count more failures than probes, nor calls tools of a server it cannot ask", () => {
    expect(complaint({ server: { failures: 4, of: 3 } })).toContain("failures must not be more");
    expect(complaint({ server: { expectedTools: ["forecast"] } })).toContain("url must be there");
  });

  it("is accepted as the documentation shows it", () => {
    const page = readFileSync(new URL("../../../../docs/failover-agent.md", import.meta.url), "utf8");
    const [, shown = ""] = /```yaml\n(.*?)```/s.exec(page) ?? [];
    expect(complaint((parse(shown) as { failover: object }).failover)).toBe("");
  });
});
