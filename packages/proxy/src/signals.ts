import {
  type AuditLog,
  announce,
  auditLog,
  defaultMetrics,
  fleet,
  guardRole,
  journal,
  type Listen,
  type OpenRole,
  openRole,
  opsEndpoint,
  pipelineFor,
  type RoleGuard,
  thisBoot,
  type WatchRoleOptions,
} from "@mcp-ops/kit";
import type { Pipeline } from "@mcp-ops/tap";
import { openTextfile } from "./signals/textfile.ts";
import { orWarn, type Warn } from "./signals/warn.ts";

/** What is recorded of the traffic, and where it shows. */
export interface SignalOptions {
  /** Name of the server in every signal. */
  readonly server: string;
  /** Where the ops endpoint listens; `off` for none. Default: a socket in the runtime folder. */
  readonly listen?: Listen | "off" | undefined;
  /** Host names that may ask the ops endpoint besides the loopback names. */
  readonly hosts?: readonly string[] | undefined;
  /** The runtime folder, where the registration file is left. */
  readonly folder: string;
  /** Where the audit log goes; none without it. */
  readonly auditFolder?: string | undefined;
  /** Whether clients find the resource `health://status`. Default: no, because nothing on the wire differs without it. */
  readonly healthResource?: boolean | undefined;
  /** Whether clients find the resources `cost://…` and `slo://report`. Default: no, as above. */
  readonly costResources?: boolean | undefined;
  /** Whether calls over a hard cap are refused, by what the sidecar says. Default: no. */
  readonly budgetGate?: boolean | undefined;
  /** Whether what the server is used for is kept for the ledger. Default: yes, where a sidecar reads it. */
  readonly keepsJournal?: boolean | undefined;
  /** Folder of node-exporter's textfile collector, where the metrics are left. */
  readonly textfile?: string | undefined;
  /** Collector to which the metrics are pushed by OTLP, such as `http://collector:4318`; `on` takes it from `OTEL_EXPORTER_OTLP_*`. */
  readonly otlpMetrics?: string | undefined;
  /** Where the role of this node is asked for, and what a standby does. Default: no role, every call passes. */
  readonly role?: WatchRoleOptions | undefined;
  /** Told what went wrong beside the traffic, which goes on. */
  readonly onWarning: Warn;
}

/** The signals of one server outside this process. */
export interface Signals extends AsyncDisposable {
  readonly pipeline: Pipeline;
  /** Where the ops endpoint is: a URL or the path of a socket; undefined where it is off or could not be opened. */
  readonly endpoint: string | undefined;
  readonly role: OpenRole | undefined;
  close(): Promise<void>;
}

/**
 * Opens all that watches. What cannot be opened is a warning, never the server's end.
 * @throws OpsError `GUARD_ROLE_ADDRESS`: who asked for a role gate must not run without.
 */
export async function openSignals(options: SignalOptions): Promise<Signals> {
  const { server, folder, healthResource = false, costResources = false, budgetGate = false, onWarning } = options;
  const { keepsJournal = true } = options;
  const audit = openAudit(options);
  // A server outside this process may refuse its clients or change its tools without anybody having been told.
  const observers = [fleet(defaultMetrics()).observer];
  const guard = guardOf(options);
  const health = { server, statusResource: healthResource };
  // The server's own CPU time is spent elsewhere.
  const used = keepsJournal ? journal({ boot: thisBoot(), folder, cpu: false, onWarning }) : undefined;
  const cost = { journal: used ?? false, cost: costResources, budget: budgetGate && { folder, onWarning } } as const;
  const pipeline = pipelineFor({ server, audit, health, observers, role: guard, ...cost });
  await guard?.role.asked;
  const [endpoint, ...outlets] = await Promise.all([openEndpoint(options), textfileOf(options), pushOf(options)]);
  const close = async () => {
    // The last figures leave while the log still shows its own.
    await Promise.all(outlets.map((outlet) => outlet?.close()));
    await endpoint?.close();
    await audit?.close();
    await used?.close();
    await guard?.role[Symbol.asyncDispose]();
  };
  const address = endpoint?.url ?? endpoint?.socketPath;
  return { pipeline, endpoint: address, role: guard?.role, close, [Symbol.asyncDispose]: close };
}

function guardOf({ role, onWarning }: SignalOptions): RoleGuard | undefined {
  return role === undefined ? undefined : guardRole(openRole({ onWarning, ...role }), role);
}

function openAudit({ auditFolder, server, onWarning }: SignalOptions): AuditLog | undefined {
  if (auditFolder === undefined) return undefined;
  try {
    return auditLog({ server, folder: auditFolder, boot: thisBoot().bootId, onFault: onWarning });
  } catch (error) {
    onWarning(error);
    return undefined;
  }
}

async function textfileOf({ textfile: folder, server, onWarning }: SignalOptions) {
  if (folder === undefined) return undefined;
  const options = { folder, server, boot: thisBoot(), metrics: defaultMetrics(), onWarning };
  return orWarn(onWarning, () => openTextfile(options));
}

async function pushOf({ otlpMetrics: target, server, onWarning }: SignalOptions) {
  if (target === undefined) return undefined;
  // OpenTelemetry's libraries take time to load, and most servers are scraped.
  const load = import("./signals/otlp-metrics.ts");
  return orWarn(onWarning, async () => (await load).openPush({ target, server, bootId: thisBoot().bootId, onWarning }));
}

async function openEndpoint({ listen, hosts, folder, server, onWarning }: SignalOptions) {
  if (listen === "off") return undefined;
  const shared = { listen, hosts };
  try {
    return await announce({ ...shared, folder, server });
  } catch (error) {
    onWarning(error);
  }
  if (listen === undefined) return undefined;
  try {
    return await opsEndpoint(shared);
  } catch {
    return undefined; // The warning has said why already.
  }
}
