import { execFile } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { promisify } from "node:util";
import { expect, it, onTestFinished } from "vitest";

const ANNOUNCE = "console.log('the work is done')";

/** A program that watches a dependency which never answers, and whose work is done once that has been asked. */
const program = (port: number) => `
  import { eventLoopCheck, health, httpCheck, postgresCheck, redisCheck } from "@mcp-ops/health";
  const patient = { timeoutMs: 3_600_000 };
  health({
    checks: [
      eventLoopCheck(),
      httpCheck({ ...patient, url: "http://127.0.0.1:${port}" }),
      postgresCheck({ ...patient, host: "127.0.0.1", port: ${port}, user: "app" }),
      redisCheck({ ...patient, host: "127.0.0.1", port: ${port} }),
    ],
  }).start();
  process.stdin.once("data", () => { ${ANNOUNCE}; process.stdin.destroy(); });
`;

it("keeps no process alive, neither by its schedule nor by a dependency that hangs", async () => {
  const sockets = new Set<Socket>();
  const { promise: allAsked, resolve } = Promise.withResolvers<void>();
  const server = createServer((socket) => {
    if (sockets.add(socket.on("error", () => {})).size === 3) resolve();
  }).listen(0, "127.0.0.1");
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const args = ["--input-type=module", "--eval", program(port)];
  const ended = promisify(execFile)(process.execPath, args, { cwd: new URL("..", import.meta.url) });
  onTestFinished(() => void ended.child.kill());
  await allAsked;
  ended.child.stdin?.end("leave");
  expect((await ended).stdout).toBe("the work is done\n");
});
