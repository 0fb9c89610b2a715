import { userInfo } from "node:os";
import { OpsError } from "@mcp-ops/formats";
import { type AdminAnswer, type AdminClient, adminClient, DUTY_PLANS } from "@mcp-ops/sidecar";
import type { Command } from "commander";
import { printable } from "./printable.ts";
import { DEFAULT_CONFIG } from "./verbs/sidecar.ts";

/** What every verb has that asks a sidecar: which one. */
export interface AskingFlags {
  readonly config: string;
  readonly env?: string;
  readonly json?: boolean;
}

const OTHER_TOKEN =
  "The sidecar has another token than admin.token leads to here. Give this command the variable or the file that the sidecar was started with, or have it read its config again (SIGHUP).";

export function addAskingOptions(verb: Command): Command {
  return verb
    .option("--config <file>", "the config of the sidecar to ask: where it listens, and its token", DEFAULT_CONFIG)
    .option("--env <name>", "lay mcp-ops.<name>.yaml over it (default: what MCP_OPS_ENV says)");
}

export function clientOf({ config: file, env: environment }: AskingFlags): AdminClient {
  return adminClient({ file, environment, env: process.env, duties: DUTY_PLANS });
}

/** What the sidecar answered, if it did not refuse; its refusal in its own words else. */
export function granted({ status, body }: AdminAnswer): AdminAnswer["body"] {
  if (status < 300) return body;
  if (status === 401) throw new OpsError("SIDECAR_TOKEN_REFUSED", OTHER_TOKEN);
  const { code = "SIDECAR_REQUEST_FAILED", message = `HTTP ${status}` } = (body.error ?? {}) as {
    code?: string;
    message?: string;
  };
  // It may be the words of another node.
  throw new OpsError(code, printable(message));
}

/** For the history, which wants plain characters. */
export function whoAsks(): string {
  const name = userInfo().username.replace(/[^\x21-\x7e]/g, "?");
  return `command of ${name.slice(0, 50)}`;
}
