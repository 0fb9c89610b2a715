import type { ConnectionObserver, Exchange, Gate } from "@mcp-ops/exchange";
import { HEALTH_RESOURCE_URI, type HealthDocument, OpsError } from "@mcp-ops/formats";
import { type Check, demandDistinctNames } from "./check.ts";
import { Clashes } from "./clashes.ts";
import { type Clock, SYSTEM_CLOCK } from "./clock.ts";
import { ConnectionCount } from "./connection-count.ts";
import { detailsOf, memoryDetails, summaryOf } from "./document.ts";
import { type Resource, type ResourceTemplate, shelf } from "./resource.ts";
import { ResourceGate } from "./resource-gate.ts";
import { HEALTH_ROUTES, type HealthReply, type HealthRoute, respond } from "./respond.ts";
import { ServerIdentity } from "./server-identity.ts";
import { type StatusValue, statusValues } from "./status-values.ts";
import { type Readiness, readiness } from "./verdict.ts";
import { type OnCheck, WatchedCheck } from "./watched-check.ts";

export interface HealthOptions {
  /** What the server depends on. Default: nothing. */
  readonly checks?: readonly Check[] | undefined;
  /** Name and version in the document. Default: what the server says of itself to its first client. */
  readonly server?: string | undefined;
  readonly version?: string | undefined;
  /** Whether clients find the document as the MCP resource `health://status`. Default: true. */
  readonly statusResource?: boolean | undefined;
  /** Who may read details in that resource: messages, hosts, versions. Default: nobody. */
  readonly details?: ((exchange: Exchange) => boolean) | undefined;
  /** Resources of your own, offered in the same way. */
  readonly resources?: readonly Resource[] | undefined;
  /** And such as are asked for with variables. */
  readonly templates?: readonly ResourceTemplate[] | undefined;
  /** Told after each run of a check. */
  readonly onCheck?: OnCheck | undefined;
  /** Told once of each resource that the server has itself, so that ours is left out. */
  readonly onWarning?: ((warning: OpsError) => void) | undefined;
  readonly clock?: Clock | undefined;
}

export interface Ready {
  readonly ok: boolean;
  readonly status: Readiness;
  /** Critical checks that are not up. */
  readonly waitingFor: readonly string[];
}

/** The health of one process: its checks, and every way to read what they found. */
export interface Health extends AsyncDisposable {
  /** Starts the checks. Until then the server is not ready. */
  start(): void;
  /** Adds a check, such as one of a part that the author does not know of. Where there is one of its name already, that one stays. */
  add(check: Check): void;
  /** Ends the checks; from now on the server is not ready. */
  close(): Promise<void>;
  live(): { readonly ok: true; readonly status: "alive" };
  ready(): Ready;
  document(options?: { readonly details?: boolean | undefined }): HealthDocument;
  /** The answer to a probe at `path`, for any HTTP surface; undefined for a path that is none of ours. */
  respond(path: string, caller?: { readonly authorised?: boolean | undefined }): HealthReply | undefined;
  readonly routes: readonly HealthRoute[];
  /** Samples of the metric `mcp_health_status{check}`. */
  statusValues(): StatusValue[];
  /** Offers the resources; one gate serves any number of servers. */
  readonly gate: Gate;
  /** Counts connections for the document. */
  readonly connectionObserver: ConnectionObserver;
}

/** Watches what a server depends on, and says how it is. Nothing runs before `start()`. */
export function health(options: HealthOptions = {}): Health {
  const { checks = [], clock = SYSTEM_CLOCK, onCheck = () => {}, onWarning = () => {} } = options;
  demandDistinctNames(checks);
  const watched = checks.map((check) => new WatchedCheck(check, clock, onCheck));
  const connections = new ConnectionCount();
  const identity = new ServerIdentity();
  let phase: "new" | "running" | "closed" = "new";

  const dependencies = () => watched.map(({ check, status }) => ({ ...check, status }));
  const ready = (): Ready => {
    const now = dependencies();
    const status = readiness(phase, now);
    const missing = now.filter((dependency) => dependency.criticality === "critical" && dependency.status !== "up");
    return { ok: status === "ready", status, waitingFor: missing.map(({ name }) => name) };
  };
  const document: Health["document"] = ({ details = false } = {}) => {
    const { status } = ready();
    if (!details) return summaryOf(status, dependencies());
    return detailsOf(
      status,
      watched.map((check) => check.details()),
      {
        server: options.server ?? identity.first?.name,
        version: options.version ?? identity.first?.version,
        time: new Date(clock.wall()).toISOString(),
        uptimeSeconds: Math.round(process.uptime()),
        memory: memoryDetails(),
        connections: connections.details(),
      },
    );
  };
  const live = () => ({ ok: true, status: "alive" }) as const;
  const close = async () => {
    phase = "closed";
    for (const check of watched) check.stop();
  };
  const own = options.statusResource === false ? [] : [statusResource(document, options.details)];
  const resources = shelf([...own, ...(options.resources ?? [])], options.templates);
  return {
    start() {
      if (phase === "closed") throw closed();
      phase = "running";
      for (const check of watched) check.start();
    },
    add(check) {
      if (phase === "closed" || watched.some((one) => one.check.name === check.name)) return;
      const added = new WatchedCheck(check, clock, onCheck);
      watched.push(added);
      if (phase === "running") added.start();
    },
    close,
    [Symbol.asyncDispose]: close,
    live,
    ready,
    document,
    respond: (path, { authorised = false } = {}) => respond({ live, ready, document }, path, authorised),
    routes: HEALTH_ROUTES,
    statusValues: () => statusValues(dependencies()),
    gate: new ResourceGate(resources, identity, new Clashes(onWarning)).gate,
    connectionObserver: connections.observer,
  };
}

function statusResource(document: Health["document"], details: HealthOptions["details"] = () => false): Resource {
  return {
    uri: HEALTH_RESOURCE_URI,
    name: "health",
    description: "How this server and what it depends on are, now.",
    mimeType: "application/json",
    read: (exchange) => JSON.stringify(document({ details: details(exchange) })),
  };
}

function closed(): OpsError {
  return new OpsError("HEALTH_CLOSED", "This health() was closed and cannot start again. Make a new one.");
}
