import type { EpochFile } from "./epoch-file.ts";

/** What a server that we start finds in its environment: ours, and that its journal is kept here. A server that kept one, too, would be paid twice. */
export function environmentFor(epochFile: EpochFile | undefined): NodeJS.ProcessEnv {
  const { env } = process;
  return { ...env, MCP_OPS_JOURNAL: env.MCP_OPS_JOURNAL === "off" ? "off" : "in-front", ...epochFile?.env };
}
