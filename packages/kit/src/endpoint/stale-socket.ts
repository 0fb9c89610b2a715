import { lstat, rm } from "node:fs/promises";
import { connect } from "node:net";
import { OpsError } from "@mcp-ops/formats";
import { KIT_ERROR } from "../codes.ts";

/** Removes a socket that a process which is gone left behind. Refuses when somebody answers on it, or when it is no socket. */
export async function clearStaleSocket(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return;
  if (!found.isSocket()) {
    throw new OpsError(
      KIT_ERROR.socketInUse,
      `${path} exists and is not a socket. Give another path, or move it away.`,
    );
  }
  if (await somebodyAnswers(path)) {
    throw new OpsError(KIT_ERROR.socketInUse, `Another process answers on ${path}. Stop it, or give another path.`);
  }
  await rm(path, { force: true });
}

/** Whether a process listens on this socket. Only a refusal or a missing file is a no: the rest, say a lack of rights, is no proof. */
export function somebodyAnswers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", (error: NodeJS.ErrnoException) => {
      resolve(error.code !== "ECONNREFUSED" && error.code !== "ENOENT");
    });
  });
}
