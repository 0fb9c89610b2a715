import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The built command, as the checkout's `npx mcp-ops` finds it. */
export const MCP_OPS: string = fileURLToPath(new URL("../../node_modules/.bin/mcp-ops", import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command to its end. */
export function mcpOps(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(
      MCP_OPS,
      args,
      { env: { ...process.env, ...env }, maxBuffer: 2 ** 26 },
      (_, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}
