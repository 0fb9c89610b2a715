import { describe, expect, it } from "vitest";
import { environment, fixture, Host, RuntimeFolder, read, WATCHED } from "../test-fixtures/launch.ts";

describe("every process of a host has its own endpoint and registration", () => {
  it.each([
    ["forks.mjs", ["child", "parent"]],
    ["clusters.mjs", ["worker", "worker"]],
    ["threads.mjs", ["main", "thread"]],
  ])("with %s", async (file, servers) => {
    using folder = new RuntimeFolder();
    await using host = new Host(file, environment(folder));
    const registrations = await folder.registered(2);

    expect(registrations.map(({ server }) => server).sort()).toEqual(servers);
    expect(new Set(registrations.map(({ bootId }) => bootId)).size).toBe(2);
    for (const registration of registrations) {
      const metrics = await read(folder.socketOf(registration));
      expect(metrics).toContain(
        `mcp_requests_total{server="${registration.server}",method="tools/call",target="echo",status="success"} 1`,
      );
    }
    host.child.stdin.end();
    expect(await host.exited).toEqual({ code: 0, signal: null });
    await expect.poll(() => folder.names()).toEqual([]);
  });

  it("with a thread that dies with the process, of which the main thread cleans up", async () => {
    using folder = new RuntimeFolder();
    await using host = new Host("threads.mjs", environment(folder));
    await folder.registered(2);
    host.child.kill("SIGTERM");
    expect(await host.exited).toEqual({ code: null, signal: "SIGTERM" });
    expect(folder.names()).toEqual([]);
  });
});

describe("under NODE_OPTIONS", () => {
  it("the children of a host are watched too", async () => {
    using folder = new RuntimeFolder();
    const env = environment(folder, { NODE_OPTIONS: WATCHED.join(" ") });
    await using host = new Host("forks.mjs", env, []);
    expect(await folder.registered(2)).toHaveLength(2);
    host.child.stdin.end();
    expect(await host.exited).toEqual({ code: 0, signal: null });
  });

  it("a process that serves nothing leaves nothing and says nothing", async () => {
    using folder = new RuntimeFolder();
    await using host = new Host("no-mcp.mjs", environment(folder, { NODE_OPTIONS: WATCHED.join(" ") }), []);
    expect(await host.exited).toEqual({ code: 0, signal: null });
    expect(await host.stdout).toBe("host ran\n");
    expect(await host.stderr).toBe("");
    expect(folder.names()).toEqual([]);
  });

  it("a broken host fails with its own error", async () => {
    using folder = new RuntimeFolder();
    await using host = new Host("no-such-file.mjs", environment(folder));
    expect(await host.exited).toEqual({ code: 1, signal: null });
    expect(await host.stderr).toContain(`Cannot find module '${fixture("no-such-file.mjs")}'`);
  });
});
