import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { OpsError, parseToken } from "@mcp-ops/formats";
import { GUARD_ERROR } from "../codes.ts";

/** Reads a token from a file; undefined where there is no file. @throws OpsError `GUARD_EPOCH_FILE_FAILED` when it holds none. */
export function readEpochFile(path: string): bigint | undefined {
  const text = textIn(path);
  if (text === undefined) return undefined;
  const token = parseToken(text.trim());
  if (token !== undefined) return token;
  const message = `The file ${path} holds no fencing token. Write the highest one that has been used into it, as a decimal number.`;
  throw new OpsError(GUARD_ERROR.epochFileFailed, message);
}

/** Replaces the token in a file: whoever reads it finds the one or the other, after a crash too. */
export function writeEpochFile(path: string, token: bigint): void {
  const beside = `${path}.${process.pid}.new`;
  try {
    const file = openSync(beside, "w", 0o600);
    try {
      writeSync(file, `${token}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(beside, path);
    syncFolder(dirname(path));
  } catch (cause) {
    rmSync(beside, { force: true });
    const message = `The fencing token cannot be written to ${path} (${(cause as Error).message}). Make room, or give this process the right to write there.`;
    throw new OpsError(GUARD_ERROR.epochFileFailed, message, { cause });
  }
}

/** A renamed file is where it is once its folder is on disk. */
function syncFolder(path: string): void {
  if (process.platform === "win32") return;
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function textIn(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    const message = `The fencing token in ${path} cannot be read (${(cause as Error).message}). Give this process the right to.`;
    throw new OpsError(GUARD_ERROR.epochFileFailed, message, { cause });
  }
}
