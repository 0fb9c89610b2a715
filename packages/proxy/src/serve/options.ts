import type { OpenRole } from "@mcp-ops/kit";
import type { Pipeline } from "@mcp-ops/tap";
import type { Warn } from "../signals/warn.ts";

export interface ServeOptions {
  /** The stdio server: a program and its arguments. */
  readonly command: readonly string[];
  readonly pipeline: Pipeline;
  /** Default 127.0.0.1: whoever reaches the port may use the server. */
  readonly host?: string | undefined;
  /** 0 takes a free one. */
  readonly port: number;
  /** Path of the endpoint. */
  readonly path?: string | undefined;
  /** Host names under which clients may ask, besides the loopback names and `host`; the same for `Origin`. */
  readonly allowedHosts?: readonly string[] | undefined;
  /** One server for all clients. Default: a server for each session. */
  readonly shared?: boolean | undefined;
  readonly maxSessions?: number | undefined;
  readonly idleMs?: number | undefined;
  /** Whose token the servers find in the file that `MCP_OPS_EPOCH_FILE` names. The gate itself stands in the pipeline. */
  readonly role?: OpenRole | undefined;
  readonly maxBodyBytes?: number | undefined;
  readonly onWarning: Warn;
}

export const DEFAULT_SERVE_PATH = "/mcp";
/** Each is a process, unless they share one. */
export const DEFAULT_MAX_SESSIONS = 100;
/** A person who has lunch finds the session again. */
export const DEFAULT_IDLE_MS: number = 60 * 60_000;
/** As SDK v2 has it. */
export const DEFAULT_MAX_BODY_BYTES: number = 4 * 1024 * 1024;
