import { guardRole, type OpenRoleOptions, openRole, type RoleGateOptions, type RoleGuard } from "@mcp-ops/guard";
import { alikeAsWritten } from "../alike.ts";
import { addRole } from "./process-parts.ts";

/** Where the role of this node is asked for, and what a standby does. */
export interface WatchRoleOptions extends OpenRoleOptions, RoleGateOptions {}

/**
 * `in-front`: a role gate of ours (`mcp-ops proxy` or `wrap`) stands in front of this server, and nobody else can reach it. The fencing tokens it brings
 * are believed.
 */
export type RoleOption = WatchRoleOptions | RoleGuard | "in-front";

const open: { readonly options: WatchRoleOptions; readonly guard: RoleGuard }[] = [];

/** The role gate for the option of `watch`; none without one. Options open one for the life of the process. */
export function roleFrom(option: RoleOption | undefined): RoleGuard | undefined {
  if (option === undefined || option === "in-front") return undefined;
  const guard = "gate" in option ? option : opened(option);
  addRole(guard);
  return guard;
}

function opened(options: WatchRoleOptions): RoleGuard {
  const known = open.find((candidate) => alikeAsWritten(candidate.options, options));
  if (known !== undefined) return known.guard;
  const guard = guardRole(openRole(options), options);
  open.push({ options: { ...options }, guard });
  return guard;
}
