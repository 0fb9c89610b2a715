import type { Status } from "@mcp-ops/formats";

/** Calls of a tool, a prompt or a resource. Handshakes, listings and pings are quick and hardly ever fail, and would hide them. */
export const CALLS = 'target!=""';

const ANSWERED: readonly Status[] = ["success", "input_required", "task"];

/** What says nothing about the server: the asker's fault, or the connection's. */
const NOT_JUDGED: readonly Status[] = [
  "validation",
  "unknown_tool",
  "unknown_prompt",
  "unknown_resource",
  "unknown_method",
  "denied",
  "cancelled",
  "lost",
];

export const IS_ANSWERED: string = `status=~"${ANSWERED.join("|")}"`;

/** A client gone mad must neither fail a server nor hide that it fails. */
export const IS_JUDGED: string = `status!~"${NOT_JUDGED.join("|")}"`;
