/** Who leads, through the ends and returns of real sidecars. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { httpHouse } from "../carriers/http-house.ts";
import { PATIENCE } from "../sidecar/house.ts";
import { Group, type Member, TTL_MS } from "./group.ts";

/** Two nodes, of which the first leads. */
async function pair(group: Group): Promise<readonly [Member, Member]> {
  const a = await group.start("a");
  await a.untilPage("/primary", 200);
  const b = await group.start("b");
  await b.untilView({ role: "standby", primary: { node: "a", url: "http://a.example/mcp" }, reasons: [] });
  return [a, b];
}

function took(what: string, since: number): void {
  console.log(`${what}: ${Math.round(performance.now() - since)} ms (ttl ${TTL_MS} ms)`);
}

/** Each in a group of its own; what they wait for is mostly time. */
describe.concurrent("a group", () => {
  test("H3, H5: a holder that ends gives its lease back at once; one that is killed is followed when its lease ends; each comes back as a standby, whatever its environment says", async () => {
    await using group = await Group.open("a", "b");
    const [a, b] = await pair(group);
    const before = BigInt(String((await a.view()).token));
    let since = performance.now();
    a.daemon?.child.kill("SIGTERM");
    await b.untilPage("/primary", 200);
    took("told to end, until the other leads", since);
    expect(await a.daemon?.ended).toBe(0);
    expect(BigInt(String((await b.view()).token))).toBeGreaterThan(before);
    await group.start("a", [], { ROLE: "primary", PRIMARY_HOST: "a" });
    await a.untilView({ role: "standby", primary: { node: "b" }, reasons: [] });
    expect((await a.page("/primary")).status).toBe(503);
    expect(a.daemon?.err.join()).toContain("ROLE is a hint only");
    since = performance.now();
    b.daemon?.child.kill("SIGKILL");
    await a.untilPage("/primary", 200);
    took("killed, until the other leads", since);
    await group.start("b", [], { ROLE: "primary" });
    await b.untilView({ role: "standby", primary: { node: "a" } });
  });

  test("a holder whose server is ill gives its lease away, and takes part again when the server is well", async () => {
    await using group = await Group.open("a", "b");
    let isWell = true;
    const server = await httpHouse((_, response) => void response.writeHead(isWell ? 200 : 500).end());
    await using _server = server;
    const probed = `server: { http: ["${server.url}"], everyMs: 50, failures: 2, of: 3, passes: 2 }`;
    const a = await group.start("a", [probed]);
    await a.untilPage("/primary", 200);
    expect((await a.page("/readyz")).status).toBe(200);
    const b = await group.start("b");
    isWell = false;
    await b.untilPage("/primary", 200);
    await a.untilView({
      role: "standby",
      healthy: false,
      content: false,
      trouble: expect.stringContaining("HTTP 500"),
    });
    expect((await a.page("/readyz")).status).toBe(503);
    expect((await a.page("/standby")).status).toBe(503);
    isWell = true;
    await a.untilPage("/standby", 200);
    await a.untilView({ healthy: true, content: true });
    expect(await b.view()).toMatchObject({ role: "primary" });
  });

  test("what a node has to remember is on the disk: its highest token, and that it is paused", async () => {
    await using group = await Group.open("a");
    const a = await group.start("a");
    await a.untilPage("/primary", 200);
    const { token } = await a.view();
    expect(await a.api("/api/v1/failover/pause", { method: "POST", body: { alone: true, by: "test" } })).toMatchObject({
      status: 200,
      body: { paused: true },
    });
    a.daemon?.child.kill("SIGKILL");
    await a.daemon?.ended;
    await group.start("a");
    await a.untilView({
      paused: true,
      role: "standby",
      token,
      content: false,
      message: expect.stringContaining("paused"),
    });
    expect(await a.api("/api/v1/failover/pause", { method: "DELETE", body: { alone: true } })).toMatchObject({
      status: 200,
    });
    await a.untilPage("/primary", 200);
  });

  test("a fence hook that fails keeps a node from leading, and one that succeeds is told what it needs", async () => {
    await using group = await Group.open("a");
    const fence = (script: string) => `fence: { program: /bin/sh, args: [-c, '${script}'], timeoutMs: 5000 }`;
    const a = await group.start("a", [fence("exit 3")]);
    await vi.waitFor(async () => {
      const { transitions } = (await a.api("/api/v1/failover/history")).body as {
        transitions: { why: string; text: string }[];
      };
      expect(transitions).toContainEqual(
        expect.objectContaining({ why: "fence-failed", text: expect.stringContaining("3") }),
      );
    }, PATIENCE);
    expect((await a.page("/primary")).status).toBe(503);
    a.daemon?.child.kill("SIGTERM");
    await a.daemon?.ended;
    const [told, go] = [join(a.house.folder, "told"), join(a.house.folder, "go")];
    const patient = `echo $FAILOVER_GROUP $FAILOVER_NODE $FAILOVER_TOKEN > ${told}; while [ ! -e ${go} ]; do sleep 0.02; done`;
    await group.start("a", [fence(patient)]);
    const promote = () => a.api("/promote", { method: "POST", body: { role: "primary" } });
    await a.untilView({ phase: "preparing" });
    expect(await promote()).toMatchObject({ status: 202, body: { role: "standby" } });
    expect((await a.page("/primary")).status).toBe(503);
    writeFileSync(go, "");
    await a.untilPage("/primary", 200);
    expect(await promote()).toMatchObject({ status: 200 });
    expect(readFileSync(told, "utf8").trim()).toBe(`weather a ${(await a.view()).token}`);
  });
});
