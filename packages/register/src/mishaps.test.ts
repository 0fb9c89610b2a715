import { once } from "node:events";
import { chmodSync, mkdirSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { environment, Host, RuntimeFolder } from "../test-fixtures/launch.ts";

const PING = '{"jsonrpc":"2.0","id":1,"method":"ping"}\n';
const PONG = '{"result":{},"jsonrpc":"2.0","id":1}\n';

/** Lets the host answer a ping, and gives what it wrote to stderr until it ended. */
async function pingAndEnd(host: Host): Promise<string> {
  host.child.stdin.write(PING);
  host.child.stdin.end();
  expect(await host.stdout).toBe(PONG);
  expect(await host.exited).toEqual({ code: 0, signal: null });
  return host.stderr;
}

describe("a server runs on, with one warning, when", () => {
  it("the runtime folder cannot be used", async () => {
    using folder = new RuntimeFolder();
    mkdirSync(folder.path);
    chmodSync(folder.path, 0o777);
    await using host = new Host("v1.mjs", environment(folder));
    const warning = await pingAndEnd(host);
    expect(warning).toMatch(/^mcp-ops: There is no ops endpoint.*can be written by others.*\n$/);
  });

  it("the runtime folder cannot be made", async () => {
    using folder = new RuntimeFolder();
    await using host = new Host("v1.mjs", environment(folder, { MCP_OPS_RUNTIME_DIR: "/dev/null/nowhere" }));
    const warning = await pingAndEnd(host);
    expect(warning).toMatch(
      /^mcp-ops: There is no ops endpoint.*\/dev\/null\/nowhere cannot be made.*MCP_OPS_RUNTIME_DIR.*\n$/,
    );
  });

  it("the environment holds nonsense; the endpoint is where it usually is", async () => {
    using folder = new RuntimeFolder();
    await using host = new Host("v1.mjs", environment(folder, { MCP_OPS_LISTEN: "potato" }));
    await folder.registered(1);
    const warning = await pingAndEnd(host);
    expect(warning).toMatch(/^mcp-ops: MCP_OPS_LISTEN is "potato"\. Give .*\n$/);
  });

  it("the port it should listen on is in use; the endpoint is on a socket then", async () => {
    using folder = new RuntimeFolder();
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    await using host = new Host("v1.mjs", environment(folder, { MCP_OPS_LISTEN: `127.0.0.1:${port}` }));
    const [registration] = await folder.registered(1);
    const warning = await pingAndEnd(host);
    other.close();
    expect(registration?.socket).toBeDefined();
    expect(warning).toMatch(new RegExp(`^mcp-ops: Port ${port} on 127\\.0\\.0\\.1 is in use.*\\n$`));
  });

  it("nobody reads its stderr", async () => {
    using folder = new RuntimeFolder();
    await using host = new Host("v1.mjs", environment(folder, { MCP_OPS_LISTEN: "potato" }));
    host.child.stderr.destroy();
    await folder.registered(1);
    host.child.stdin.end(PING);
    expect(await host.stdout).toBe(PONG);
    expect(await host.exited).toEqual({ code: 0, signal: null });
  });
});

describe("the operator decides by environment", () => {
  it("on a port, which is registered by its URL", async () => {
    using folder = new RuntimeFolder();
    await using _host = new Host("v1.mjs", environment(folder, { MCP_OPS_LISTEN: "0" }));
    const [registration] = await folder.registered(1);
    const response = await fetch(`${registration?.url}/metrics`);
    expect(response.status).toBe(200);
    expect(registration?.socket).toBeUndefined();
  });

  it("on a socket elsewhere, which goes with the process", async () => {
    using folder = new RuntimeFolder();
    using elsewhere = new RuntimeFolder();
    mkdirSync(elsewhere.path);
    const socket = `${elsewhere.path}/weather.sock`;
    await using host = new Host("v1.mjs", environment(folder, { MCP_OPS_LISTEN: socket }));
    const [registration] = await folder.registered(1);
    expect(registration?.socket).toBe(socket);
    host.child.kill("SIGTERM");
    await host.exited;
    expect([...folder.names(), ...elsewhere.names()]).toEqual([]);
  });

  it("off: no endpoint, no registration, no word", async () => {
    using folder = new RuntimeFolder();
    await using host = new Host("v1.mjs", environment(folder, { MCP_OPS_LISTEN: "off" }));
    expect(await pingAndEnd(host)).toBe("");
    expect(folder.names()).toEqual([]);
  });
});
