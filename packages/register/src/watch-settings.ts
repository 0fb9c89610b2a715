import type { Settings, WatchOptions } from "@mcp-ops/kit";
import { auditByName } from "./audit-by-name.ts";
import { warnOnce } from "./warn.ts";

let options: WatchOptions | undefined;

/**
 * How every server of this process is watched. Nothing here changes what a client sees, unless the operator asked for it: so
 * the resource `health://status`, which `watch` gives, is off, and those of cost are.
 */
export function watchOptions(settings: Settings): WatchOptions {
  const { server, folder, auditFolder, healthResource, costResources, budgetGate, journal } = settings;
  options ??= {
    server,
    journal: journal === "on" && { folder, onWarning: ({ message }) => warnOnce("journal", message) },
    cost: costResources,
    budget: budgetGate && { folder, onWarning: ({ message }) => warnOnce("budget", message) },
    health: healthResource ? undefined : { statusResource: false },
    audit: auditFolder === undefined ? undefined : auditByName(auditFolder, server),
  };
  return options;
}
