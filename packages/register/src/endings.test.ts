import { once } from "node:events";
import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { environment, Host, RuntimeFolder } from "../test-fixtures/launch.ts";

describe("when the host ends", () => {
  it.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)(
    "by %s, it dies of it as it would without us, and leaves nothing",
    async (signal) => {
      using folder = new RuntimeFolder();
      await using host = new Host("v1.mjs", environment(folder));
      await folder.registered(1);
      host.child.kill(signal);
      expect(await host.exited).toEqual({ code: null, signal });
      expect(folder.names()).toEqual([]);
    },
  );

  it("by its own handling of a signal, that stands alone and decides the exit code", async () => {
    using folder = new RuntimeFolder();
    await using host = new Host("own-signals.mjs", environment(folder));
    await folder.registered(1);
    host.child.kill("SIGTERM");
    expect(await host.exited).toEqual({ code: 7, signal: null });
    expect(await host.stdout).toBe("listeners: 1\n");
    expect(folder.names()).toEqual([]);
  });

  it.each([
    ["ends only when nobody else listens", "counts-listeners.mjs"],
    ["listened for a while", "changes-its-mind.mjs"],
  ])("by a signal to a host that %s, it dies of it and leaves nothing", async (_, file) => {
    using folder = new RuntimeFolder();
    await using host = new Host(file, environment(folder));
    await folder.registered(1);
    host.child.kill("SIGTERM");
    expect(await host.exited).toEqual({ code: null, signal: "SIGTERM" });
    expect(folder.names()).toEqual([]);
  });

  it("by an uncaught exception, the exit code stays and nothing is left", async () => {
    using folder = new RuntimeFolder();
    await using host = new Host("uncaught.mjs", environment(folder));
    await folder.registered(1);
    host.child.stdin.end();
    expect(await host.exited).toEqual({ code: 1, signal: null });
    expect(await host.stderr).toContain("the host's own fault");
    expect(folder.names()).toEqual([]);
  });

  it("because there is nothing left to do, our endpoint does not keep it alive, even with a scraper connected", async () => {
    using folder = new RuntimeFolder();
    await using host = new Host("v1.mjs", environment(folder));
    const [registration] = await folder.registered(1);
    const scraper = connect(folder.socketOf(registration!));
    await once(scraper, "connect");
    host.child.stdin.end();
    expect(await host.exited).toEqual({ code: 0, signal: null });
  });

  it("by SIGKILL, the next server to start sweeps what it left", async () => {
    using folder = new RuntimeFolder();
    await using killed = new Host("v1.mjs", environment(folder));
    const [left] = await folder.registered(1);
    killed.child.kill("SIGKILL");
    await killed.exited;
    expect(folder.names()).toHaveLength(2);

    await using next = new Host("v1.mjs", environment(folder));
    await expect.poll(() => folder.registrations().map(({ pid }) => pid)).toEqual([next.child.pid]);
    // A note for the sidecar, which has not looked yet, is all that stays.
    const ofKilled = folder.names().filter((name) => name.includes(left?.bootId ?? ""));
    expect(ofKilled).toEqual([`${left?.pid}-${left?.bootId}.json.died`]);
  });
});
