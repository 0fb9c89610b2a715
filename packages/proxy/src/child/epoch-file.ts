import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EPOCH_FILE_VARIABLE } from "@mcp-ops/formats";
import { type OpenRole, writeEpochFile } from "@mcp-ops/kit";
import type { Warn } from "../signals/warn.ts";

/** The file in which a server in any language finds the token it may write with: `0` while it may not write. */
export interface EpochFile extends Disposable {
  /** For the server's environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly folder: string;
}

/** Keeps such a file while this process knows the role. Only its own user can read it. */
export function openEpochFile(role: OpenRole, onWarning: Warn): EpochFile {
  const folder = mkdtempSync(join(tmpdir(), "mcp-ops-epoch-"));
  const path = join(folder, "epoch");
  const write = () => {
    try {
      writeEpochFile(path, role.reign === undefined ? 0n : BigInt(role.said?.token ?? 0));
    } catch (error) {
      remove(path, onWarning);
      onWarning(error);
    }
  };
  write();
  const stop = role.onChange(write);
  return {
    env: { [EPOCH_FILE_VARIABLE]: path },
    folder,
    [Symbol.dispose]() {
      stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Rather no file than one that still says an old token: that takes no room on a disk that is full. */
function remove(path: string, onWarning: Warn): void {
  try {
    rmSync(path, { force: true });
  } catch (error) {
    onWarning(error);
  }
}
