import type { AuditLog } from "@mcp-ops/audit";
import { HEALTH_RESOURCE_URI } from "@mcp-ops/formats";
import { type Check, customCheck, type Health, type HealthOptions, health } from "@mcp-ops/health";
import { alikeAsWritten } from "../alike.ts";
import { bareHealth, proposeHealth } from "./process-parts.ts";

/** Health, and the URIs of the resources it offers. */
export interface HealthPart {
  readonly health: Health;
  readonly resources: readonly string[];
}

interface Running {
  readonly options: HealthOptions;
  readonly audit: AuditLog | undefined;
  readonly part: HealthPart;
}

const running: Running[] = [];

/** The health for the option of `watch`: on by default, and the same one for the same options. What options make is started. */
export function healthFrom(
  option: false | HealthOptions | Health | undefined,
  audit: AuditLog | undefined,
): HealthPart | undefined {
  if (option === false) return undefined;
  if (option !== undefined && "gate" in option) {
    proposeHealth(option, "authors checks");
    if (audit !== undefined) option.add(auditCheck(audit));
    // Whether it offers the document cannot be told from outside; a name of ours is safe as a label in any case.
    return { health: option, resources: [HEALTH_RESOURCE_URI] };
  }
  if (option === undefined && audit === undefined) return { health: bareHealth(), resources: [HEALTH_RESOURCE_URI] };
  return started(option ?? {}, audit);
}

function started(options: HealthOptions, audit: AuditLog | undefined): HealthPart {
  const known = running.find((one) => one.audit === audit && alikeAsWritten(one.options, options));
  if (known !== undefined) return known.part;
  const authors = options.checks ?? [];
  const checks = audit === undefined || hasName(authors, AUDIT_CHECK) ? authors : [...authors, auditCheck(audit)];
  const made = health({ ...options, checks });
  made.start();
  proposeHealth(made, authors.length > 0 ? "authors checks" : checks.length > 0 ? "own checks" : "no checks");
  const part = { health: made, resources: urisOf(options) };
  running.push({ options: { ...options }, audit, part });
  return part;
}

function urisOf({ statusResource = true, resources = [], templates = [] }: HealthOptions): readonly string[] {
  const own = statusResource ? [HEALTH_RESOURCE_URI] : [];
  return [...own, ...resources.map(({ uri }) => uri), ...templates.map(({ uriTemplate }) => uriTemplate)];
}

const AUDIT_CHECK = "audit";

/** It only looks at figures in memory. The log itself stays degraded for a while, so that nothing needs damping here. */
const AUDIT_CHECK_INTERVAL_MS = 1_000;

/**
 * A server that answers nothing without its audit log shall not be sent traffic while that takes no records. One that is only
 * slow stays ready: the disk may be everybody's, and then nobody would be left to answer.
 */
function auditCheck(log: AuditLog): Check {
  const isRequired = log.durability === "required";
  return customCheck({
    name: AUDIT_CHECK,
    criticality: isRequired ? "critical" : "optional",
    intervalMs: AUDIT_CHECK_INTERVAL_MS,
    rise: 1,
    fall: 1,
    run() {
      const { degraded, writable } = log.stats();
      return { ok: isRequired ? writable : degraded === undefined, message: degraded };
    },
  });
}

function hasName(checks: readonly Check[], name: string): boolean {
  return checks.some((check) => check.name === name);
}
