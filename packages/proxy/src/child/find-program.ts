import { accessSync, constants, statSync } from "node:fs";
import { delimiter, resolve } from "node:path";
import { OpsError } from "@mcp-ops/formats";
import { PROXY_ERROR } from "../codes.ts";

/** Where `exec` looks when there is no PATH. */
const USUAL_PATH = "/usr/local/bin:/usr/bin:/bin";

/** Throws an OpsError when the system would find no such program, since the system's own words say less. */
export function checkProgram(name: string, path: string | undefined, cwd: string): void {
  const folders = name.includes("/") ? [""] : (path ?? USUAL_PATH).split(delimiter);
  const candidates = folders.map((folder) => resolve(cwd, folder, name));
  if (candidates.some(isProgram)) return;
  const where = name.includes("/") ? `${candidates[0]} is not there, or not executable` : "It is nowhere on the PATH";
  throw new OpsError(
    PROXY_ERROR.commandMissing,
    `The server cannot be started: there is no command ${JSON.stringify(name)}. ${where}. Install it, or give its full path.`,
  );
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
