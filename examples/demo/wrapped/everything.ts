import { fileURLToPath } from "node:url";

/** Tries out everything the protocol has. Others wrote it, and it knows nothing of mcp-ops. */
export const EVERYTHING = "@modelcontextprotocol/server-everything";

/** Its command line, as installed here: nothing is fetched. Throws when it is not installed. */
export function everything(): readonly string[] {
  return [process.execPath, installed(), "stdio"];
}

function installed(): string {
  try {
    return fileURLToPath(import.meta.resolve("@modelcontextprotocol/server-everything/dist/index.js"));
  } catch (cause) {
    throw new Error(`${EVERYTHING} is not installed; npm run bootstrap does that`, { cause });
  }
}
