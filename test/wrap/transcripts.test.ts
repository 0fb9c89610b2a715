import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { request } from "../fixtures/script.ts";
import { call, PipeClient, python, wrapped } from "./pipe-client.ts";

const BIN = fileURLToPath(new URL("../node_modules/.bin", import.meta.url));
const HERE = fileURLToPath(new URL("fixtures", import.meta.url));
const list = (id: number, what: string) => ({ jsonrpc: "2.0", id, method: `${what}/list` });
const entity = { name: "Ada", entityType: "person", observations: ["wrote in bytes"] };
const thought = { thought: "x", thoughtNumber: 1, totalThoughts: 1, nextThoughtNeeded: false };

/** Each server and what is asked of it. The first call makes the tap ask for the list of tools, which nobody may hear of. */
const STORIES: Readonly<Record<string, { readonly command: readonly string[]; readonly asked: readonly object[] }>> = {
  "server-everything": {
    command: [join(BIN, "mcp-server-everything"), "stdio"],
    asked: [
      call(1, "echo", { message: "héllo" }),
      list(2, "tools"),
      list(3, "resources"),
      list(4, "prompts"),
      call(5, "unheard-of"),
      { jsonrpc: "2.0", id: 6, method: "prompts/get", params: { name: "unheard-of" } },
    ],
  },
  "server-filesystem": {
    command: [join(BIN, "mcp-server-filesystem"), HERE],
    asked: [call(1, "list_directory", { path: HERE }), call(2, "read_text_file", { path: join(HERE, "server.py") })],
  },
  "server-memory": {
    command: [process.execPath, join(HERE, "memory-server.ts")],
    asked: [call(1, "create_entities", { entities: [entity] }), list(2, "tools"), call(3, "search_nodes", {})],
  },
  "server-sequential-thinking": {
    command: [join(BIN, "mcp-server-sequential-thinking")],
    asked: [call(1, "sequentialthinking", thought), list(2, "tools")],
  },
  "a Python server": { command: python(), asked: [call(1, "echo", { a: 1.5e-7 }), call(2, "noise"), list(3, "tools")] },
  "a Python server with CRLF": { command: python("crlf"), asked: [call(1, "echo", { text: "ü" }), list(3, "tools")] },
};

async function transcript(command: readonly string[], asked: readonly object[], isLegacy = true): Promise<Buffer> {
  await using client = new PipeClient(command);
  if (isLegacy) await client.greet();
  for (const question of asked) await client.ask(question);
  const heard = await client.leave();
  expect((await client.ended).code).toBe(0);
  return heard;
}

test.each(Object.entries(STORIES))("%s says the same bytes behind wrap", async (_, { command, asked }) => {
  const plain = await transcript(command, asked);
  const behind = await transcript(wrapped(command), asked);
  expect(behind.toString("latin1")).toBe(plain.toString("latin1"));
  expect(plain.length).toBeGreaterThan(200);
});

test("a server of 2026-07-28 says the same bytes behind wrap", async () => {
  const command = [process.execPath, join(HERE, "modern-server.ts")];
  const said = [
    { method: "server/discover" },
    { method: "tools/call", params: { name: "echo", arguments: { text: "ü" } } },
    { method: "tools/list" },
  ];
  const asked = said.map((message, id) => JSON.parse(request(message, "modern", id).send) as object);
  const plain = await transcript(command, asked, false);
  expect((await transcript(wrapped(command), asked, false)).toString()).toBe(plain.toString());
});

test("a batch of 2025-03-26 comes back as one, and noise keeps its place", async () => {
  const batch = `${JSON.stringify([call(1, "echo"), call(2, "echo")])}\n`;
  const run = async (command: readonly string[]) => {
    await using client = new PipeClient(command);
    await client.greet();
    client.say("no json\r\n", batch, Buffer.from([0xff, 0xfe, 0x0a]), "\n", '{"jsonrpc":"2.0","id":');
    return { heard: (await client.leave()).toString("latin1") };
  };
  expect(await run(wrapped(python(), "--no-learn"))).toEqual(await run(python()));
});

test.each(["legacy", "modern"] as const)("clients of the %s era read health://status where it is on", async (era) => {
  const server = [process.execPath, join(HERE, "modern-server.ts")];
  await using client = new PipeClient(wrapped(server, "--health-resource", "--name", "both"));
  if (era === "legacy") await client.greet();
  const said = { method: "resources/read", params: { uri: "health://status" } };
  await client.ask(JSON.parse(request(said, era, "read").send) as object);
  const answer = client.messages.find(({ id }) => id === "read");
  expect(JSON.parse(answer?.result?.contents?.[0]?.text ?? "")).toMatchObject({ status: expect.any(String) });
  await client.ask(JSON.parse(request({ method: "resources/list" }, era, "list").send) as object);
  expect(JSON.stringify(client.messages.find(({ id }) => id === "list"))).toContain("health://status");
});

test("what passes shows in the metrics on the socket, under the name the server gives itself", async () => {
  await using client = new PipeClient(wrapped(python()));
  await client.greet();
  await client.ask(call(1, "echo"));
  await client.ask(call(2, "noise"));
  const metrics = await client.metrics();
  const called = 'mcp_requests_total{server="python-server",method="tools/call",target="echo",status="success"} 1';
  expect(metrics).toContain(called);
  expect(metrics).toContain('mcp_server_up{server="python-server"} 1');
  expect(metrics).toContain('mcp_ops_passed_lines_total{server="python-server",from="server"} 5');
});
