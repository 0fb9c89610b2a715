/** A wrapped server, in any language, under a role. */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { FENCING_META_KEY } from "@mcp-ops/formats";
import { expect, test, vi } from "vitest";
import { call, PATIENCE, PipeClient, wrapped } from "../wrap/pipe-client.ts";
import { isRunning } from "../wrap/torture.ts";
import { openAgent } from "./agent.ts";

const WRITER = [process.execPath, fileURLToPath(new URL("fixtures/writer.mjs", import.meta.url))];
const LONG_MS = 60_000;
const SHORT_MS = 300;

const under = (url: string, ...more: string[]) => new PipeClient(wrapped(WRITER, "--role-url", url, ...more));
const textOf = ({ messages }: PipeClient) => messages.at(-1)?.result?.content?.[0]?.text;

test("the server finds its token in its environment's epoch file and in _meta, and not the one a client brings", async () => {
  await using agent = await openAgent();
  agent.leads(7n, LONG_MS);
  await using client = under(agent.url, "--read-tools", "epoch,pid", "--reads", "serve-stale");
  await client.greet();
  await client.ask(call(1, "epoch"));
  expect(textOf(client)).toBe("7\n");
  const { params, ...rest } = call(2, "meta") as { params: object };
  await client.ask({ ...rest, params: { ...params, _meta: { [FENCING_META_KEY]: "999" } } });
  expect(textOf(client)).toBe("7");
  agent.stands();
  await vi.waitFor(async () => {
    await client.ask(call(3, "epoch"));
    expect(textOf(client)).toBe("0\n");
  }, PATIENCE);
  await client.ask(call(4, "meta"));
  expect(client.messages.at(-1)).toMatchObject({ id: 4, error: { code: -31005 } });
  expect(await client.metrics()).toMatch(/^mcp_ops_failover_refused_total\{need="lead"\} 1$/m);
  await client.leave();
});

test("a server that works on when the time is up is killed, and none is started in its place", async () => {
  await using agent = await openAgent();
  agent.leads(7n, LONG_MS);
  await using client = under(agent.url, "--read-tools", "pid", "--restart");
  await client.greet();
  await client.ask(call(1, "pid"));
  const pid = Number(textOf(client));
  client.say(call(2, "work"));
  const asked = agent.asked;
  agent.leads(7n, SHORT_MS);
  await vi.waitFor(() => expect(agent.asked).toBeGreaterThan(asked + 1), PATIENCE);
  agent.silence();
  expect(await client.ended).toEqual({ code: null, signal: "SIGKILL" });
  expect(client.messages.at(-1)).toMatchObject({ id: 2, error: { code: -31006 } });
  expect(isRunning(pid)).toBe(false);
  expect(await client.stderr()).toContain("is killed before another node can lead");
});

/** Where the server finds its token. */
async function epochFileOf(client: PipeClient): Promise<{ readonly pid: number; readonly file: string }> {
  await client.ask(call("pid", "pid"));
  const pid = Number(textOf(client));
  const [, file = ""] = /MCP_OPS_EPOCH_FILE=([^\0]+)/.exec(readFileSync(`/proc/${pid}/environ`, "utf8")) ?? [];
  return { pid, file };
}

test("an epoch file that cannot be replaced is taken away: an old token does not stay in it", async () => {
  await using agent = await openAgent();
  agent.leads(7n, LONG_MS);
  await using client = under(agent.url, "--read-tools", "pid");
  await client.greet();
  const { file } = await epochFileOf(client);
  expect(readFileSync(file, "utf8")).toBe("7\n");
  mkdirSync(`${file}.${client.child.pid}.new`); // Where the new one is written before it takes the place.
  agent.stands();
  await vi.waitFor(() => expect(existsSync(file)).toBe(false), PATIENCE);
  await client.leave();
  expect(await client.stderr()).toContain("EISDIR");
});

test("a wrap that is killed leaves neither its server nor the file with its token behind", async () => {
  await using agent = await openAgent();
  agent.leads(7n, LONG_MS);
  await using client = under(agent.url, "--read-tools", "pid");
  await client.greet();
  const { pid, file } = await epochFileOf(client);
  expect(readFileSync(file, "utf8")).toBe("7\n");
  client.child.kill("SIGKILL");
  await vi.waitFor(() => expect([isRunning(pid), existsSync(dirname(file))]).toEqual([false, false]), PATIENCE);
});

test("a server that has nothing under way stays when its node becomes a standby", async () => {
  await using agent = await openAgent();
  agent.leads(7n, LONG_MS);
  await using client = under(agent.url, "--read-tools", "pid", "--reads", "serve-stale");
  await client.greet();
  await client.ask(call(1, "meta"));
  agent.stands();
  await vi.waitFor(async () => {
    await client.ask(call(2, "meta"));
    expect(client.messages.at(-1)).toMatchObject({ error: { code: -31005 } });
  }, PATIENCE);
  await client.ask(call(3, "pid"));
  expect(isRunning(Number(textOf(client)))).toBe(true);
  await client.leave();
});

test("a wrap that was frozen over its deadline refuses what it reads when it wakes", async () => {
  await using agent = await openAgent();
  agent.leads(7n, LONG_MS);
  await using client = under(agent.url);
  await client.greet();
  await client.ask(call(1, "meta"));
  const asked = agent.asked;
  agent.leads(7n, SHORT_MS);
  await vi.waitFor(() => expect(agent.asked).toBeGreaterThan(asked + 1), PATIENCE);
  agent.silence();
  client.child.kill("SIGSTOP");
  client.say(call(2, "meta"));
  await vi.waitFor(() => expect(agent.isOver).toBe(true), PATIENCE);
  client.child.kill("SIGCONT");
  await vi.waitFor(() => expect(client.messages.at(-1)).toMatchObject({ id: 2, error: { code: -31005 } }), PATIENCE);
  await client.leave();
});

test("while its node drains, what is under way ends, nothing begins, and the agent is told when all has ended", async () => {
  await using agent = await openAgent();
  agent.leads(7n, LONG_MS);
  await using client = under(agent.url);
  await client.greet();
  await client.ask(call(1, "meta"));
  expect(agent.stopped).toEqual([]);
  agent.drains();
  await vi.waitFor(() => expect(agent.stopped).toContain("7"), PATIENCE);
  await client.ask(call(2, "meta"));
  expect(client.messages.at(-1)).toMatchObject({ id: 2, error: { code: -31005 } });
  await client.leave();
});

test("the options of a role gate without a role are an error, and so is an address that is none", async () => {
  await using without = new PipeClient(wrapped(WRITER, "--read-tools", "pid"));
  expect(await without.ended).toMatchObject({ code: 2 });
  expect(await without.stderr()).toContain("Give --role-url, too.");
  await using wrong = under("nonsense");
  expect(await wrong.ended).toMatchObject({ code: 1 });
  expect(await wrong.stderr()).toContain("Give the URL of the agent");
});
