import { readFileSync } from "node:fs";
import { join } from "node:path";
import { auditLog, requestLog, requestLogger } from "@mcp-ops/audit";
import { pipeline, tap } from "@mcp-ops/tap";
import { createMcpHandler } from "@modelcontextprotocol/server";
import { expect, test } from "vitest";
import { CORPUS, canariesIn, LOADED, SECRETS } from "../fixtures/canaries.ts";
import { stageHere } from "../fixtures/stage.ts";
import { storyV2 } from "../fixtures/story-v2.ts";
import { exchangesOf, newFolder, newLog, play, type Sdk, textOf } from "./stage.ts";

const sdks: Sdk[] = ["v1", "v2"];

async function sing(sdk: Sdk, options: Parameters<typeof newLog>[0]) {
  const { log, folder } = newLog(options);
  const { client } = await play(sdk, log);
  await client.callTool({ name: "ok", arguments: LOADED, _meta: LOADED }).catch(() => {});
  for (const secret of SECRETS) {
    await client.callTool({ name: `tool ${secret}`, arguments: LOADED }).catch(() => {});
    await client.readResource({ uri: `story://page/${secret}` }).catch(() => {});
  }
  await log.close();
  return folder;
}

test.each(sdks)(
  "SDK %s: no secret of a call, in its arguments, its meta or its very name, comes into the log",
  async (sdk) => {
    const folder = await sing(sdk, {});
    expect(exchangesOf(folder).length).toBeGreaterThan(20);
    expect(canariesIn(textOf(folder))).toEqual([]);
    expect(exchangesOf(folder).some((record) => "request" in record || "response" in record)).toBe(false);
  },
);

test.each(sdks)("SDK %s: with bodies asked for, they are there, and the secrets are not", async (sdk) => {
  const folder = await sing(sdk, { bodies: { maxBytes: 8192 } });
  const ok = exchangesOf(folder).find(({ operation }) => operation.target === "ok");
  expect(ok?.request).toMatchObject({ name: "ok", arguments: { password: "[redacted]" } });
  expect(ok?.response).toMatchObject({ content: [{ type: "text", text: "fine" }] });
  expect(canariesIn(textOf(folder))).toEqual([]);
});

test("over HTTP: neither tokens nor mirrored arguments in headers come into the log, and a rejected call is a security event", async () => {
  const { log, folder } = newLog();
  const parts = pipeline({ observers: [log.observer], server: "story" });
  const handler = tap(
    createMcpHandler(() => storyV2(stageHere().stage)),
    parts,
  );
  const guarded = tap({ fetch: async () => new Response("no", { status: 401 }) }, parts);
  const headers = {
    "content-type": "application/json",
    accept: "application/json, text/event-stream",
    authorization: CORPUS.bearer[0],
    cookie: "session=canary-named",
    "mcp-param-city": "canary-header",
    "user-agent": `reader ${CORPUS.jwt[0]}`,
    origin: "https://evil.example",
  };
  const params = { name: "ok", arguments: LOADED, requestState: "canary-state" };
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params });
  for (const target of [handler, guarded]) {
    const response = await target.fetch(new Request("http://localhost/mcp", { method: "POST", headers, body }));
    await response.text();
  }
  await log.close();
  expect(canariesIn(textOf(folder))).toEqual([]);
  expect(exchangesOf(folder).at(-1)).toMatchObject({
    event: "security.unauthenticated",
    outcome: "denied",
    source: { origin: "https://evil.example", userAgent: "reader [redacted]" },
    error: { class: "denied", httpStatus: 401 },
  });
});

test("whatever a handler writes into its log, secrets do not get through", async () => {
  const file = join(newFolder(), "app.log");
  const log = requestLog({ destination: { file }, lines: "both" });
  const audit = auditLog({ server: "story", folder: newFolder() });
  const writes = (_: unknown, next: () => Promise<unknown>) => {
    const logger = requestLogger();
    logger.info(LOADED, "all at once");
    for (const secret of SECRETS) {
      logger.warn(secret);
      logger.info("got %s", secret);
      logger.error(new Error(secret));
      logger.child({ secret }).info({ deep: [{ secret }] });
    }
    return next();
  };
  const { client } = await play("v1", audit, { observers: [log.observer, writes] });
  await client.callTool({ name: "ok", arguments: LOADED });
  await log.close();
  await audit.close();
  const text = readFileSync(file, "utf8");
  expect(text.split("\n").length).toBeGreaterThan(40);
  expect(canariesIn(text)).toEqual([]);
});
