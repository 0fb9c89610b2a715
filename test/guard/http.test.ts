/** The role gate in front of servers behind HTTP, and the tokens that reach them. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { FENCING_HEADER, FENCING_META_KEY } from "@mcp-ops/formats";
import { guardRole, openRole } from "@mcp-ops/guard";
import { openServe } from "@mcp-ops/proxy/serve";
import { pipeline } from "@mcp-ops/tap";
import { expect, test, vi } from "vitest";
import { MCP_OPS } from "../cli/command.ts";
import { call, front, post } from "../proxy/front.ts";
import { plainUpstream } from "../proxy/plain-upstream.ts";
import { PATIENCE } from "../wrap/pipe-client.ts";
import { type Agent, openAgent } from "./agent.ts";

const WRITER = [process.execPath, fileURLToPath(new URL("fixtures/writer.mjs", import.meta.url))];
const DUAL_ERA = [process.execPath, fileURLToPath(new URL("../serve/fixtures/dual-era.mjs", import.meta.url))];
const LONG_MS = 60_000;
const SHORT_MS = 300;
const CLIENTS_COPIES = { [FENCING_HEADER]: "999", X_MCP_OPS_FENCING_TOKEN: "999" };
const meta = { _meta: { [FENCING_META_KEY]: "999", kept: true } };

const answering = () =>
  plainUpstream(({ body, response }) => {
    const { id } = JSON.parse(body) as { id: number };
    response.setHeader("content-type", "application/json").end(JSON.stringify({ jsonrpc: "2.0", id, result: {} }));
  });

async function guarded(agent: Agent) {
  const role = openRole({ url: agent.url, pollMs: 20 });
  await role.asked;
  return { role, guard: guardRole(role) };
}

test("a call that passes the proxy bears the token in a header and in _meta, and none of the client's", async () => {
  await using agent = await openAgent();
  agent.leads(7n, LONG_MS);
  await using upstream = await answering();
  const { role, guard } = await guarded(agent);
  await using _role = role;
  await using proxy = await front([upstream.url], { gates: [guard.gate] });
  expect((await post(proxy.url, call(1, "write", meta), CLIENTS_COPIES)).status).toBe(200);
  const [{ request, body } = {}] = upstream.received;
  expect(request?.headers[FENCING_HEADER]).toBe("7");
  expect(request?.rawHeaders.filter((name) => name.toLowerCase().replaceAll("_", "-") === FENCING_HEADER)).toHaveLength(
    1,
  );
  expect(JSON.parse(body ?? "")).toMatchObject({ params: { _meta: { [FENCING_META_KEY]: "7", kept: true } } });
});

test("without a role the proxy takes the client's copies off, and brings none", async () => {
  await using upstream = await answering();
  await using proxy = await front([upstream.url]);
  await post(proxy.url, call(1, "write", meta), CLIENTS_COPIES);
  const [{ request, body } = {}] = upstream.received;
  expect(Object.keys(request?.headers ?? {})).not.toContain(FENCING_HEADER);
  expect(JSON.stringify(request?.rawHeaders)).not.toContain("999");
  expect(body).not.toContain("999");
});

test("where hints are trusted, a standby lets pass what a list has called reading, for as long as the newest list says so", async () => {
  await using agent = await openAgent();
  agent.stands();
  let isHinted = true;
  await using upstream = await plainUpstream(({ body, response }) => {
    const { id } = JSON.parse(body) as { id: number };
    const tools = [
      { name: "look", inputSchema: {}, annotations: { readOnlyHint: isHinted } },
      { name: "write", inputSchema: {}, annotations: { destructiveHint: false } },
    ];
    const answer = { jsonrpc: "2.0", id, result: { tools } };
    response.setHeader("content-type", "application/json").end(JSON.stringify(answer));
  });
  const { role } = await guarded(agent);
  await using _role = role;
  const doors = await Promise.all(
    [true, false].map((trustReadOnlyHint) => {
      const { gate, observer } = guardRole(role, { reads: "serve-stale", trustReadOnlyHint });
      return front([upstream.url], { gates: [gate], observers: [observer] });
    }),
  );
  const [trusting, wary] = doors as [(typeof doors)[0], (typeof doors)[0]];
  await using _trusting = trusting;
  await using _wary = wary;
  const status = async (door: typeof trusting, tool: string) => (await post(door.url, call(1, tool))).status;
  const list = (door: typeof trusting) => post(door.url, '{"jsonrpc":"2.0","id":9,"method":"tools/list"}');
  // A list that has not passed here has said nothing.
  expect(await status(trusting, "look")).toBe(503);
  await Promise.all([list(trusting), list(wary)]);
  expect(await status(trusting, "look")).toBe(200);
  expect(await status(trusting, "write")).toBe(503);
  expect(await status(wary, "look")).toBe(503);
  isHinted = false;
  await list(trusting);
  expect(await status(trusting, "look")).toBe(503);
});

test("a batch in which something has passed leaves as 200: nobody may ask elsewhere for what has begun here", async () => {
  await using agent = await openAgent();
  agent.stands();
  await using upstream = await answering();
  const { role, guard } = await guarded(agent);
  await using _role = role;
  await using proxy = await front([upstream.url], { gates: [guard.gate] });
  const batch = `[${call(1)},{"jsonrpc":"2.0","id":2,"method":"ping"}]`;
  expect((await post(proxy.url, batch)).status).toBe(200);
  const alone = await post(proxy.url, `[${call(1)},${call(2)}]`);
  expect(alone.status).toBe(503);
  expect(await alone.json()).toHaveLength(2);
  expect(upstream.received).toHaveLength(1);
});

test("a proxy that was frozen over its deadline refuses what comes when it wakes, and the server hears nothing of it", async () => {
  await using agent = await openAgent();
  agent.leads(7n, LONG_MS);
  await using upstream = await answering();
  const args = [
    "proxy",
    "--upstream",
    upstream.url,
    "--listen",
    "0",
    "--ops-listen",
    "off",
    "--role-url",
    agent.url,
    "--json",
  ];
  const child = spawn(MCP_OPS, args, { stdio: ["ignore", "pipe", "inherit"] });
  try {
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    const { url } = JSON.parse(line.toString()) as { url: string };
    expect((await post(url, call(1))).status).toBe(200);
    const asked = agent.asked;
    const reached = upstream.received.length;
    agent.leads(7n, SHORT_MS);
    await vi.waitFor(() => expect(agent.asked).toBeGreaterThan(asked + 1), PATIENCE);
    agent.silence();
    child.kill("SIGSTOP");
    const answer = post(url, call(2));
    await vi.waitFor(() => expect(agent.isOver).toBe(true), PATIENCE);
    child.kill("SIGCONT");
    const { status, headers } = await answer;
    expect(status).toBe(503);
    expect(headers.get("retry-after")).toBe("2");
    expect(upstream.received).toHaveLength(reached);
  } finally {
    child.kill("SIGKILL");
    await once(child, "close");
  }
});

test("a served stdio server refuses with 503 on a standby, with and without a session, and finds its token on a primary", async () => {
  await using agent = await openAgent();
  agent.leads(7n, LONG_MS);
  const { role, guard } = await guarded(agent);
  await using _role = role;
  const watched = pipeline({
    gates: [guard.gate],
    observers: [guard.observer],
    answersHttp: true,
    learnTargets: false,
  });
  await using served = await openServe({ command: WRITER, pipeline: watched, port: 0, role, onWarning: () => {} });
  const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "t", version: "0" } };
  const hello = await post(served.url, JSON.stringify({ jsonrpc: "2.0", id: 0, method: "initialize", params }));
  const session = { "mcp-session-id": hello.headers.get("mcp-session-id") ?? "" };
  await hello.text();
  expect(await (await post(served.url, call(1, "epoch"), session)).text()).toContain('"7\\n"');
  agent.stands();
  await vi.waitFor(() => expect(role.reign).toBeUndefined(), PATIENCE);
  const refused = await post(served.url, call(2, "epoch"), session);
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "2"]);
  expect(await refused.json()).toMatchObject({ id: 2, error: { code: -31005, data: { primary: "b" } } });
  const envelope = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
  };
  const modern = { "mcp-protocol-version": "2026-07-28", "mcp-method": "tools/call", "mcp-name": "epoch" };
  await using both = await openServe({ command: DUAL_ERA, pipeline: watched, port: 0, role, onWarning: () => {} });
  const lone = await post(both.url, call(3, "epoch", { _meta: envelope }), modern);
  expect([lone.status, lone.headers.get("retry-after")]).toEqual([503, "2"]);
  expect(await lone.json()).toMatchObject({ id: 3, error: { code: -31005 } });
});
