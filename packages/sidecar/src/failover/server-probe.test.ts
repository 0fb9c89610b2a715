import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatRegistration, registrationFileName, socketFileName } from "@mcp-ops/formats";
import { afterEach, beforeEach, expect, it } from "vitest";
import { probeServer } from "./server-probe.ts";
import type { ServerSettings } from "./server-settings.ts";

let folder: string;
const servers: Server[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ops-probe-"));
});
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
  rmSync(folder, { recursive: true });
});

/** Leaves the registration of a process whose socket has this name or path. */
function registered(socket: string, pid = process.pid): string {
  const boot = { pid, bootId: randomBytes(6).toString("hex") };
  const registration = { schema: 1 as const, server: "weather", ...boot, startedAt: new Date().toISOString(), socket };
  writeFileSync(join(folder, registrationFileName(boot)), formatRegistration(registration));
  return registrationFileName(boot);
}

async function listening(path: string): Promise<void> {
  const http = createServer((_, response) => response.end());
  servers.push(http.listen(path));
  await once(http, "listening");
}

function probe(): Promise<void> {
  const settings = { url: undefined, registered: "weather", http: [] } as unknown as ServerSettings;
  const signal = AbortSignal.timeout(2_000);
  return probeServer(settings, { token: undefined, runtimeFolder: folder }, true, signal);
}

it("a server whose socket lies elsewhere, because its folder has too long a name, is asked there", async () => {
  const elsewhere = mkdtempSync(join(tmpdir(), "ops-elsewhere-"));
  const path = join(elsewhere, "ops.sock");
  await listening(path);
  registered(path);
  await expect(probe()).resolves.toBeUndefined();
  rmSync(elsewhere, { recursive: true });
});

it("what a killed server left stays where it is, for the fleet to tell of; another process of it is enough", async () => {
  // No process has this id: it is above what Linux gives.
  const left = registered(socketFileName({ pid: 4_194_305, bootId: "0123456789ab" }), 4_194_305);
  await expect(probe()).rejects.toThrow("ENOENT");
  expect(readdirSync(folder)).toContain(left);
  await listening(join(folder, "alive.sock"));
  registered("alive.sock");
  await expect(probe()).resolves.toBeUndefined();
});
