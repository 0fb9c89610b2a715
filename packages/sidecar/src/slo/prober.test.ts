import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatRegistration, registrationFileName, socketFileName } from "@mcp-ops/formats";
import { afterEach, beforeEach, expect, it } from "vitest";
import { probe } from "./prober.ts";

let folder: string;
const servers: Server[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ops-slo-"));
});
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
  rmSync(folder, { recursive: true });
});

/** A process that registers as a server. It answers with this status; without one it never answers. */
async function registered(server: string, status?: number, isWhole = false): Promise<Server> {
  const boot = { pid: process.pid, bootId: randomBytes(6).toString("hex") };
  const path = join(folder, socketFileName(boot));
  const http = createServer(({ url }, response) => {
    if (status !== undefined) response.writeHead(url === "/readyz" ? status : 404).end();
  });
  servers.push(http.listen(path));
  await once(http, "listening");
  const socket = isWhole ? path : socketFileName(boot);
  const registration = { schema: 1 as const, server, ...boot, startedAt: new Date().toISOString(), socket };
  writeFileSync(join(folder, registrationFileName(boot)), formatRegistration(registration));
  return http;
}

const ask = async (...names: readonly string[]) => Object.fromEntries(await probe(new Set(names), folder, 300));

it("a server is there when one of its processes takes calls, or has no page that says whether it does", async () => {
  await registered("two", 503);
  await registered("two", 200, true);
  await registered("plain", 404);
  expect(await ask("two", "plain")).toEqual({ two: "answered", plain: "answered" });
});

it("one that is not ready, hangs, or was killed is silent; one that nobody has started is absent", async () => {
  await registered("ill", 503);
  await registered("hangs");
  (await registered("killed", 200)).close();
  expect(await ask("ill", "hangs", "killed", "nobody")).toEqual({
    ...{ ill: "silent", hangs: "silent", killed: "silent" },
    nobody: "absent",
  });
});
