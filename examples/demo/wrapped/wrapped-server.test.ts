import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { bootOfFileName } from "@mcp-ops/formats";
import { beforeEach, expect, test, vi } from "vitest";
import { compare, tallyOf } from "../figures/compare.ts";
import { startWrapped, type WrappedServer } from "./wrapped-server.ts";

const WAIT = { timeout: 60_000, interval: 20 };
const THROWS = [process.execPath, "-e", "throw new TypeError('nothing to serve')"];

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ops-wrapped-"));
  return () => rmSync(folder, { recursive: true });
});

test("a server that knows nothing of mcp-ops is counted on its socket as its client counts, and leaves nothing behind", async () => {
  await using wrapped = startWrapped(1, folder);
  await vi.waitFor(() => expect([...wrapped.tally.keys()]).toContain("tools/call get-sum tool_error"), WAIT);
  await wrapped.stop();
  const { server, socketPath, samples } = await seen(wrapped);
  expect(server).toBe("server-everything");
  expect(compare(wrapped.tally, tallyOf(samples))).toEqual([]);
  await wrapped[Symbol.asyncDispose]();
  expect(readdirSync(folder)).toEqual([]);
  expect(() => process.kill(pidOf(socketPath), 0)).toThrow("ESRCH");
});

test.each([
  ["is not installed", notInstalled, "no figures: it is not installed"],
  [
    "has no such command",
    () => ["/no/such/server"],
    'no figures: it ended by exit code 1: The server cannot be started: there is no command "/no/such/server".',
  ],
  ["dies at its start", () => THROWS, "no figures: it ended by exit code 1: TypeError: nothing to serve"],
])("a server that %s is a line, and nothing to compare", async (_, server, line) => {
  await using wrapped = startWrapped(1, folder, server);
  await wrapped.stop();
  expect(await wrapped.look()).toEqual({ absent: expect.stringContaining(line) });
  expect(wrapped.tally.total).toBe(0);
});

test("a server that is killed says so, and its client stops", async () => {
  await using wrapped = startWrapped(1, folder);
  const { socketPath } = await vi.waitFor(() => seen(wrapped), WAIT);
  process.kill(pidOf(socketPath), "SIGKILL");
  const line = "no figures: it ended by SIGKILL";
  await vi.waitFor(async () => expect(await wrapped.look()).toEqual({ absent: line }), WAIT);
  await wrapped.stop();
});

function notInstalled(): never {
  throw new Error("it is not installed");
}

async function seen(wrapped: WrappedServer) {
  const look = await wrapped.look();
  if ("absent" in look) throw new Error(look.absent);
  return look;
}

/** Files of a runtime folder are named by the process they belong to. */
function pidOf(socketPath: string): number {
  return bootOfFileName(basename(socketPath))?.pid ?? Number.NaN;
}
