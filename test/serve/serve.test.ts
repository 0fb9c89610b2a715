import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { openServe, type Served, type ServeOptions } from "@mcp-ops/proxy/serve";
import { pipeline } from "@mcp-ops/tap";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as HttpTransportV1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Transport as TransportV1 } from "@modelcontextprotocol/sdk/shared/transport.js";
import { ListRootsRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { afterEach, describe, expect, it } from "vitest";
import { python } from "../wrap/pipe-client.ts";

const bin = (name: string) => fileURLToPath(new URL(`../node_modules/.bin/${name}`, import.meta.url));
const EVERYTHING = [bin("mcp-server-everything")];
const DUAL_ERA = [process.execPath, fileURLToPath(new URL("fixtures/dual-era.mjs", import.meta.url))];
const ASKING = [process.execPath, fileURLToPath(new URL("fixtures/asking.mjs", import.meta.url))];

const toClose: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of toClose.splice(0).reverse()) await close();
});

type Seen = { method: string; target: string | undefined; outcome: string };

/** Serves a real server, and notes what the pipeline saw. */
async function serving(
  command: readonly string[],
  { learnTargets = true, ...options }: Partial<ServeOptions> & { learnTargets?: boolean } = {},
): Promise<Served & { seen: Seen[] }> {
  const seen: Seen[] = [];
  const watched = pipeline({
    learnTargets,
    observers: [
      async ({ method, target }, next) => {
        const { kind } = await next();
        seen.push({ method, target, outcome: kind });
      },
    ],
  });
  const served = await openServe({ command, pipeline: watched, port: 0, onWarning: () => {}, ...options });
  toClose.push(() => served.close());
  return Object.assign(served, { seen });
}

async function clientV1(url: string) {
  const client = new ClientV1(
    { name: "one", version: "1.0.0" },
    { capabilities: { roots: {}, sampling: {}, elicitation: {} } },
  );
  const transport = new HttpTransportV1(new URL(url));
  await client.connect(transport as TransportV1);
  toClose.push(() => client.close());
  return Object.assign(client, { transportOfOne: transport });
}

async function clientV2(url: string, mode: "auto" | "legacy" = "auto") {
  const client = new Client({ name: "two", version: "1.0.0" }, { versionNegotiation: { mode } });
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  toClose.push(() => client.close());
  return client;
}

const textOf = (result: unknown) => (result as { content: { text: string }[] }).content[0]?.text;
const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

const post = (url: string, body: unknown, headers: Record<string, string> = {}, signal?: AbortSignal) =>
  fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json, text/event-stream", ...headers },
    body: JSON.stringify(body),
    ...(signal && { signal }),
  });

const MODERN_HEADERS = { "mcp-protocol-version": "2026-07-28" };

const errorOf = async (response: Response) => ((await response.json()) as { error: { code: number } }).error;

const initialize = (id: number | string = 1) => ({
  jsonrpc: "2.0",
  id,
  method: "initialize",
  params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "raw", version: "1" } },
});

const modern = (id: number, method: string, params: object = {}, revision = "2026-07-28") => ({
  jsonrpc: "2.0",
  id,
  method,
  params: {
    ...params,
    _meta: {
      "io.modelcontextprotocol/protocolVersion": revision,
      "io.modelcontextprotocol/clientCapabilities": {},
    },
  },
});

describe("a third-party server", () => {
  it("serves SDK v1 with progress and with questions of its own to the client", async () => {
    const { url, seen } = await serving(EVERYTHING);
    const client = await clientV1(url);
    expect((await client.listTools()).tools.length).toBeGreaterThan(5);
    const progress: number[] = [];
    const params = { name: "trigger-long-running-operation", arguments: { duration: 0.2, steps: 2 } };
    await client.callTool(params, undefined, { onprogress: (step) => progress.push(step.progress) });
    expect(progress).toEqual([1, 2]);
    expect(textOf(await client.callTool({ name: "echo", arguments: { message: "hi" } }))).toBe("Echo: hi");
    await expect.poll(() => seen).toContainEqual({ method: "tools/call", target: "echo", outcome: "result" });
    expect(seen.filter(({ method, target }) => method === "tools/call" && target === "echo")).toHaveLength(1);
  });

  it("asks its client for roots, whether or not the client has opened its stream yet", async () => {
    const { url, seen } = await serving(EVERYTHING);
    const client = new ClientV1({ name: "one", version: "1.0.0" }, { capabilities: { roots: {} } });
    let asked = 0;
    client.setRequestHandler(ListRootsRequestSchema, () => {
      asked++;
      return { roots: [{ uri: "file:///home", name: "home" }] };
    });
    await client.connect(new HttpTransportV1(new URL(url)) as TransportV1);
    toClose.push(() => client.close());
    await expect.poll(() => asked).toBe(1);
    await expect.poll(() => seen).toContainEqual({ method: "roots/list", target: undefined, outcome: "result" });
  });

  it("serves SDK v2, and keeps what it knows apart by session", async () => {
    const served = await serving([bin("mcp-server-memory")]);
    const { url } = served;
    const [a, b] = [await clientV2(url), await clientV2(url, "legacy")];
    expect((await a.listTools()).tools.map(({ name }) => name)).toContain("read_graph");
    expect((await b.callTool({ name: "read_graph", arguments: {} })).isError).toBeFalsy();
    expect(served.sessions).toBe(2);
  });

  it("serves the Inspector's command line", async () => {
    const { url } = await serving(EVERYTHING);
    const args = ["--cli", url, "--method", "tools/call", "--tool-name", "echo", "--tool-arg", "message=hi"];
    const { stdout } = await promisify(execFile)(bin("mcp-inspector"), args);
    expect(stdout).toContain("Echo: hi");
  });
});

describe("a server of both eras", () => {
  it("serves clients of 2026-07-28 by one process, and each session by one of its own", async () => {
    const { url, seen, ...served } = await serving(DUAL_ERA);
    const [a, b] = [await clientV2(url), await clientV2(url)];
    const [c, d] = [await clientV2(url, "legacy"), await clientV1(url)];
    const pids = await Promise.all([a, b, c, d].map(async (client) => textOf(await client.callTool({ name: "pid" }))));
    expect(pids[0]).toBe(pids[1]);
    expect(new Set(pids).size).toBe(3);
    await expect.poll(() => seen.filter(({ target }) => target === "pid")).toHaveLength(4);
    expect(seen.filter(({ outcome }) => outcome !== "result" && outcome !== "sent")).toEqual([]);
    await served.close();
    await expect.poll(() => pids.filter((pid) => isAlive(Number(pid)))).toEqual([]);
  });

  it("keeps the progress of clients apart that chose the same names for it", async () => {
    const { url } = await serving(DUAL_ERA);
    const clients = [await clientV2(url), await clientV2(url)];
    const told = await Promise.all(
      clients.map(async (client, i) => {
        const messages: unknown[] = [];
        const params = { name: "echo", arguments: { text: `of ${i}` } };
        const answered = await client.callTool(params, { onprogress: ({ message }) => messages.push(message) });
        return [...messages, textOf(answered)];
      }),
    );
    expect(told).toEqual([
      ["of 0", "of 0"],
      ["of 1", "of 1"],
    ]);
  });

  it("gives errors of 2026-07-28 their HTTP status", async () => {
    const { url } = await serving(DUAL_ERA);
    const headers = (method: string, version = "2026-07-28") => ({
      "mcp-protocol-version": version,
      "mcp-method": method,
    });
    const unknown = await post(url, modern(1, "no/such"), headers("no/such"));
    expect([unknown.status, (await errorOf(unknown)).code]).toEqual([404, -32601]);
    const mismatch = await post(url, modern(2, "tools/list"), headers("tools/call"));
    expect([mismatch.status, (await errorOf(mismatch)).code]).toEqual([400, -32020]);
    const nameless = await post(url, modern(3, "tools/call", { name: "pid" }), headers("tools/call"));
    expect([nameless.status, (await errorOf(nameless)).code]).toEqual([400, -32020]);
    const future = await post(url, modern(4, "tools/list", {}, "2099-01-01"), headers("tools/list", "2099-01-01"));
    expect([future.status, await errorOf(future)]).toEqual([
      400,
      expect.objectContaining({ code: -32022, data: { supported: ["2026-07-28"], requested: "2099-01-01" } }),
    ]);
  });

  it("keeps what a client listens to under the name that client gave it", async () => {
    const { url } = await serving(DUAL_ERA);
    const head = { "mcp-protocol-version": "2026-07-28", "mcp-method": "subscriptions/listen" };
    const listening = await post(
      url,
      modern(77, "subscriptions/listen", { notifications: { toolsListChanged: true } }),
      head,
    );
    const pieces = listening.body!.pipeThrough(new TextDecoderStream()).getReader();
    let heard = "";
    const hears = async (words: string) => {
      while (!heard.includes(words)) heard += (await pieces.read()).value;
    };
    await hears("notifications/subscriptions/acknowledged");
    await (await clientV2(url)).callTool({ name: "grow" });
    await hears("notifications/tools/list_changed");
    await pieces.cancel();
    const ids = [...heard.matchAll(/"io.modelcontextprotocol\/subscriptionId":("[^"]*"|\d+)/g)].map(([, id]) => id);
    expect(new Set(ids)).toEqual(new Set(["77"]));
  });

  it("is told when a client of 2026-07-28 goes away, which is how that one cancels", async () => {
    const { url, seen } = await serving(DUAL_ERA);
    const client = await clientV2(url);
    const stop = new AbortController();
    const onprogress = () => stop.abort();
    await expect(client.callTool({ name: "wait" }, { signal: stop.signal, onprogress })).rejects.toThrow();
    await expect.poll(() => seen).toContainEqual({ method: "tools/call", target: "wait", outcome: "cancelled" });
    await expect.poll(async () => textOf(await client.callTool({ name: "stopped" }))).toBe("1");
  });
});

it("refuses a revision without sessions where the server knows none, with what it may do instead", async () => {
  const { url } = await serving(EVERYTHING);
  const refused = await post(url, modern(1, "tools/list"), {
    "mcp-protocol-version": "2026-07-28",
    "mcp-method": "tools/list",
  });
  expect(refused.status).toBe(400);
  expect(await errorOf(refused)).toMatchObject({ code: -32022, message: expect.stringContaining("initialize") });
});

it("asks a server anew which revisions it speaks when it died as it was asked", async () => {
  const folder = mkdtempSync(join(tmpdir(), "mcp-ops-serve-"));
  toClose.push(async () => rmSync(folder, { recursive: true }));
  const firstDies = `[ -e "$0" ] || { : > "$0"; exit 1; }; exec "$@"`;
  const { url } = await serving(["sh", "-c", firstDies, join(folder, "has-died"), ...DUAL_ERA]);
  const headers = { ...MODERN_HEADERS, "mcp-method": "tools/list" };
  const ask = async () => (await post(url, modern(1, "tools/list"), headers)).status;
  expect(await ask()).toBe(400);
  await expect.poll(ask).toBe(200);
});

it("speaks 2026-07-28 as before when a client has left that had only asked what the server knows", async () => {
  const folder = mkdtempSync(join(tmpdir(), "mcp-ops-serve-"));
  toClose.push(async () => rmSync(folder, { recursive: true }));
  const pidFile = join(folder, "pid");
  const saysPid = `echo $$ > "$0"; exec "$@"`;
  const { url, seen } = await serving(["sh", "-c", saysPid, pidFile, ...DUAL_ERA], { learnTargets: false });
  const ask = async (id: number, method: string, signal?: AbortSignal) =>
    (await post(url, modern(id, method), { ...MODERN_HEADERS, "mcp-method": method }, signal)).status;
  expect(await ask(1, "server/discover")).toBe(200);
  const pid = Number(readFileSync(pidFile, "utf8"));
  process.kill(pid, "SIGSTOP");
  const hasLeft = () => seen.some(({ outcome }) => outcome === "cancelled");
  for (let id = 2; !hasLeft(); id++) {
    await expect(ask(id, "server/discover", AbortSignal.timeout(100))).rejects.toThrow();
  }
  process.kill(pid, "SIGCONT");
  expect(await ask(100, "server/discover")).toBe(200);
});

describe("a session", () => {
  it("answers what is open with an error when its server dies, and is not found from then on", async () => {
    const { url, seen } = await serving(DUAL_ERA);
    const client = await clientV1(url);
    const waiting = client.callTool({ name: "wait" });
    await expect(Promise.all([waiting, client.callTool({ name: "die" })])).rejects.toMatchObject({ code: -31003 });
    await expect(waiting).rejects.toMatchObject({ code: -31003 });
    const gone = await post(
      url,
      { jsonrpc: "2.0", id: 9, method: "tools/list" },
      { "mcp-session-id": client.transportOfOne.sessionId! },
    );
    expect([gone.status, (await errorOf(gone)).code]).toEqual([404, -32001]);
    const failed = () => seen.filter(({ outcome }) => outcome === "error").map(({ target }) => target ?? "the 404");
    await expect.poll(() => failed().sort()).toEqual(["die", "the 404", "wait"]);
  });

  it("ends with DELETE, and its process with it", async () => {
    const served = await serving(DUAL_ERA);
    const client = await clientV1(served.url);
    const pid = Number(textOf(await client.callTool({ name: "pid" })));
    await client.transportOfOne.terminateSession();
    expect(served.sessions).toBe(0);
    await expect.poll(() => isAlive(pid)).toBe(false);
  });

  it("ends when its client asks and asks, and does not read", async () => {
    const { url, ...served } = await serving(python());
    const opened = await post(url, initialize());
    await opened.text();
    const session = { "mcp-session-id": opened.headers.get("mcp-session-id") ?? "" };
    const params = { name: "big", arguments: { bytes: 10 * 2 ** 20 } };
    const ask = (id: number) => post(url, { jsonrpc: "2.0", id, method: "tools/call", params }, session);
    const unread = await Promise.all([2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map(ask));
    await expect.poll(async () => (await ask(12)).status).toBe(404);
    await expect(Promise.all(unread.map((response) => response.text()))).rejects.toThrow();
    await served.close();
  });

  it("ends when nobody has used it for so long", async () => {
    const served = await serving(DUAL_ERA, { idleMs: 100 });
    const begun = await post(served.url, initialize());
    await begun.text();
    expect(served.sessions).toBe(1);
    await expect.poll(() => served.sessions).toBe(0);
  });

  it("ends with its process when its client leaves before it is greeted: nobody else knows it", async () => {
    const served = await serving(ASKING);
    const leaving = new AbortController();
    const begun = post(served.url, initialize(), {}, leaving.signal).then((response) => response.text());
    await expect.poll(() => served.sessions).toBe(1);
    leaving.abort();
    await expect(begun).rejects.toThrow();
    await expect.poll(() => served.sessions).toBe(0);
  });

  it("is refused when there are as many as there may be", async () => {
    const { url } = await serving(DUAL_ERA, { maxSessions: 1 });
    await (await post(url, initialize())).text();
    expect((await post(url, initialize())).status).toBe(503);
  });

  it("is refused to other hosts and origins, without initialize, and when the server cannot be started", async () => {
    const { url } = await serving(["no-such-program"]);
    expect((await post(url, initialize(), { origin: "https://evil.example" })).status).toBe(403);
    expect((await post(url, { jsonrpc: "2.0", id: 1, method: "tools/list" })).status).toBe(400);
    expect((await post(url, initialize())).status).toBe(502);
    expect((await fetch(url)).status).toBe(405);
    expect((await fetch(url.replace("/mcp", "/"))).status).toBe(404);
  });
});

describe("one server for all", () => {
  it("answers each client its own, though their ids are the same", async () => {
    const { url, ...served } = await serving(DUAL_ERA, { shared: true });
    const clients = await Promise.all([clientV1(url), clientV1(url), clientV2(url, "legacy")]);
    const pids = await Promise.all(clients.map(async (client) => textOf(await client.callTool({ name: "pid" }))));
    expect(new Set(pids).size).toBe(1);
    const texts = await Promise.all(
      clients.map(async (client, i) => textOf(await client.callTool({ name: "echo", arguments: { text: `of ${i}` } }))),
    );
    expect(texts).toEqual(["of 0", "of 1", "of 2"]);
    await served.close();
    await expect.poll(() => isAlive(Number(pids[0]))).toBe(false);
  });

  it("withdraws what a client asked that leaves, and goes on for the others", async () => {
    const { url } = await serving(DUAL_ERA, { shared: true });
    const [leaving, staying] = [await clientV1(url), await clientV1(url)];
    const waits = Promise.withResolvers<void>();
    const waiting = leaving
      .callTool({ name: "wait" }, undefined, { onprogress: () => waits.resolve() })
      .catch(() => "gone");
    await waits.promise;
    await leaving.transportOfOne.terminateSession();
    await leaving.close();
    expect(await waiting).toBe("gone");
    await expect.poll(async () => textOf(await staying.callTool({ name: "stopped" }))).toBe("1");
  });

  it("greets the next client though the first one gave up while the server was being initialised", async () => {
    const { url } = await serving(ASKING, { shared: true });
    const first = await post(url, initialize());
    const session = { "mcp-session-id": first.headers.get("mcp-session-id") ?? "" };
    const gaveUp = { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 1 } };
    expect((await post(url, gaveUp, session)).status).toBe(202);
    expect((await fetch(url, { method: "DELETE", headers: session })).status).toBe(200);
    expect(await (await post(url, initialize(2))).text()).toContain('"asking"');
  });

  it("takes the answer to a question of its own from nobody but the client it has asked", async () => {
    const { url } = await serving(ASKING, { shared: true });
    const asked = await clientV1(url);
    const isAsked = Promise.withResolvers<void>();
    const mayAnswer = Promise.withResolvers<{ roots: [] }>();
    asked.setRequestHandler(ListRootsRequestSchema, () => {
      isAsked.resolve();
      return mayAnswer.promise;
    });
    const called = asked.callTool({ name: "any" });
    await isAsked.promise;
    const other = await post(url, initialize());
    await other.text();
    const session = { "mcp-session-id": other.headers.get("mcp-session-id") ?? "" };
    const forged = { jsonrpc: "2.0", id: "roots", result: { roots: [{ uri: "file:///forged" }] } };
    expect((await post(url, forged, session)).status).toBe(202);
    mayAnswer.resolve({ roots: [] });
    expect(textOf(await called)).toBe('{"roots":[]}');
  });

  it("starts anew for new sessions after it has died", async () => {
    const { url } = await serving(DUAL_ERA, { shared: true });
    const [a, b] = [await clientV1(url), await clientV1(url)];
    const before = textOf(await a.callTool({ name: "pid" }));
    await expect(a.callTool({ name: "die" })).rejects.toMatchObject({ code: -31003 });
    await expect(b.callTool({ name: "pid" })).rejects.toThrow();
    const after = textOf(await (await clientV1(url)).callTool({ name: "pid" }));
    expect(after).not.toBe(before);
  });
});
