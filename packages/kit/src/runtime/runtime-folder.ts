import { lstat, mkdir } from "node:fs/promises";
import { OpsError } from "@mcp-ops/formats";
import { KIT_ERROR } from "../codes.ts";

/** Makes sure that the runtime folder exists and that nobody else can put anything into it. */
export async function openRuntimeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw unusableFolder(path, `cannot be made (${(cause as NodeJS.ErrnoException).code})`, cause);
  }
  const found = await lstat(path);
  if (!found.isDirectory()) throw unusableFolder(path, "is not a folder (a link to one will not do)");
  if (found.uid !== process.getuid?.()) throw unusableFolder(path, "belongs to another user");
  if ((found.mode & 0o022) !== 0) throw unusableFolder(path, "can be written by others (chmod go-w mends that)");
}

/** The error for a folder that will not do. */
export function unusableFolder(path: string, why: string, cause?: unknown): OpsError {
  return new OpsError(
    KIT_ERROR.runtimeFolder,
    `The runtime folder ${path} ${why}. Choose a folder that only you can write, with MCP_OPS_RUNTIME_DIR where the environment decides.`,
    { cause },
  );
}
