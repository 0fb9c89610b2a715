import type { AddressInfo } from "node:net";
import type { Express } from "express";

/** Listens on a free port and says where, in the one line that the runner waits for. */
export function listen(app: Express): void {
  const server = app.listen(0, "127.0.0.1", () => {
    const { port } = server.address() as AddressInfo;
    console.log(`listening http://127.0.0.1:${port}/mcp`);
  });
  // Started by the runner, a fixture has a channel to it, and must not outlive it however it ends.
  process.once("disconnect", () => process.exit());
}
