/** What systemd is told, read from a socket as systemd reads it. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test, vi } from "vitest";
import { ask } from "./asking.ts";
import { House, PATIENCE } from "./house.ts";

/** Node has no datagram sockets of the Unix kind. */
const RECEIVER = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
while True:
    data = s.recv(4096)
    print(data.decode().replace("\\n", " "), flush=True)
`;

const missing = Object.entries({ "systemd-notify": "systemd", python3: "python3" })
  .filter(([program]) => spawnSync(program, ["--version"]).error !== undefined)
  .map(([, debianPackage]) => debianPackage);
if (missing.length > 0) console.log(`A test is skipped. Install the Debian packages: ${missing.join(", ")}.`);

/** A socket like that of systemd, and what has arrived there; the barriers are systemd-notify's own. */
async function listener(socket: string) {
  const messages: string[] = [];
  const child = spawn("python3", ["-c", RECEIVER, socket], { stdio: ["ignore", "pipe", "inherit"] });
  createInterface(child.stdout).on("line", (line) => line !== "BARRIER=1" && messages.push(line));
  await vi.waitFor(() => expect(existsSync(socket)).toBe(true), PATIENCE);
  const end = async () => {
    child.kill();
    await once(child, "close");
  };
  return { messages, [Symbol.asyncDispose]: end };
}

test.skipIf(missing.length > 0)(
  "systemd hears of the start, each reload, the watchdog and the end, in this order",
  async () => {
    await using house = new House();
    const socket = join(house.folder, "notify.sock");
    await using systemd = await listener(socket);
    const daemon = await house.daemon("", { NOTIFY_SOCKET: socket, WATCHDOG_USEC: "600000" });
    const heard = (message: string | RegExp) =>
      vi.waitFor(() => expect(systemd.messages.join("\n")).toMatch(message), PATIENCE);
    await heard(/^READY=1 STATUS=Ready\n/);
    await heard("WATCHDOG=1");
    await daemon.hangUp();
    await heard(/RELOADING=1 MONOTONIC_USEC=\d{6,}\n(?:WATCHDOG=1\n)*READY=1/);
    daemon.child.kill("SIGTERM");
    expect(await daemon.ended).toBe(0);
    await heard(/STOPPING=1 STATUS=Stopping$/);
  },
);

test.skipIf(missing.length > 0)("the watchdog is fed only by the process it is meant for", async () => {
  await using house = new House();
  const socket = join(house.folder, "notify.sock");
  await using systemd = await listener(socket);
  const daemon = await house.daemon("", { NOTIFY_SOCKET: socket, WATCHDOG_USEC: "1000", WATCHDOG_PID: "1" });
  daemon.child.kill("SIGTERM");
  expect(await daemon.ended).toBe(0);
  await vi.waitFor(() => expect(systemd.messages.at(-1)).toContain("STOPPING=1"), PATIENCE);
  expect(systemd.messages.join("\n")).not.toContain("WATCHDOG");
});

test("where systemd cannot be told, the daemon says so once and runs on", async () => {
  await using house = new House();
  const daemon = await house.daemon("", { NOTIFY_SOCKET: join(house.folder, "nobody"), PATH: house.folder });
  await vi.waitFor(
    () =>
      expect(daemon.err.join("\n")).toContain("the program systemd-notify is missing. Install the package systemd."),
    PATIENCE,
  );
  await daemon.hangUp();
  expect(await ask(daemon.probes, "/readyz")).toMatchObject({ status: 200 });
  daemon.child.kill("SIGTERM");
  expect(await daemon.ended).toBe(0);
  expect(daemon.err.filter((line) => line.includes("cannot be told"))).toHaveLength(1);
});
