import type { Settings, WatchOptions } from "@mcp-ops/kit";
import { auditByName } from "./audit-by-name.ts";

let options: WatchOptions | undefined;

/**
 * How every server of this process is watched. Nothing here changes what a client sees, unless the operator asked for it: so
 * the resource `health://status`, which `watch` gives, is off.
 */
export function watchOptions({ server, auditFolder, healthResource }: Settings): WatchOptions {
  options ??= {
    server,
    health: healthResource ? undefined : { statusResource: false },
    audit: auditFolder === undefined ? undefined : auditByName(auditFolder, server),
  };
  return options;
}
