import type { Connection, Exchange, Outcome, TransportKind } from "@mcp-ops/exchange";
import { type Judgement, judge, OTHER, PROTOCOL_REVISIONS } from "@mcp-ops/formats";

/** Which metrics an exchange counts in. */
export type Route = "request" | "server-request" | "notification" | "server-notification";

/** Everything about an ended exchange that may become a label: bounded sets only, nothing a client can choose. */
export interface Facts {
  readonly route: Route;
  readonly server: string;
  readonly transport: TransportKind;
  readonly revision: string;
  readonly era: string;
  readonly method: string;
  readonly target: string;
  readonly judged: Judgement;
}

const REVISIONS: ReadonlySet<string> = new Set(PROTOCOL_REVISIONS);

/** Reads the facts. Only once the exchange ended: its server's targets may become known while it runs. */
export function factsOf(exchange: Exchange, outcome: Outcome): Facts {
  return {
    route: routeOf(exchange),
    server: exchange.server,
    transport: exchange.transport,
    revision: revisionLabel(exchange.revision),
    era: exchange.era ?? "",
    method: exchange.knownMethod ?? OTHER,
    target: exchange.target === undefined ? "" : (exchange.knownTarget ?? OTHER),
    judged: judge(exchange, outcome),
  };
}

function routeOf({ kind, direction }: Exchange): Route {
  if (kind === "request") return direction === "inbound" ? "request" : "server-request";
  return direction === "inbound" ? "notification" : "server-notification";
}

function revisionLabel(revision: string | undefined): string {
  if (revision === undefined) return "";
  return REVISIONS.has(revision) ? revision : OTHER;
}

/** Label values by label name. */
export type Labels = Readonly<Record<string, string>>;

/** The facts under the names both families give them; each metric picks its own. */
export function labelsOf(facts: Facts): Labels {
  const { server, method, target, judged } = facts;
  const outbound = facts.route.startsWith("server-");
  // The convention spares the answering side errors that are the caller's fault; for the asking side every code is an error.
  const errorType = judged.errorType ?? (outbound ? judged.rpcStatusCode : undefined);
  const isToolCall = method === "tools/call";
  return {
    server,
    method,
    target,
    status: judged.status,
    type: judged.type ?? "",
    category: judged.category ?? "",
    direction: outbound ? "outbound" : "inbound",
    version: facts.revision,
    era: facts.era,
    mcp_method_name: method,
    error_type: errorType ?? "",
    gen_ai_tool_name: isToolCall ? target : "",
    gen_ai_prompt_name: method === "prompts/get" ? target : "",
    rpc_response_status_code: judged.rpcStatusCode ?? "",
    gen_ai_operation_name: isToolCall ? "execute_tool" : "",
    mcp_protocol_version: facts.revision,
    ...networkLabels(facts.transport),
  };
}

/** The labels of a session that ended. */
export function sessionLabels(connection: Connection, error: Error | undefined): Labels {
  return {
    server: connection.server,
    error_type: error === undefined ? "" : "lost",
    mcp_protocol_version: revisionLabel(connection.revision),
    ...networkLabels(connection.transport),
  };
}

function networkLabels(transport: TransportKind): Labels {
  if (transport === "stdio") return { network_transport: "pipe", network_protocol_name: "" };
  const http = transport === "http" || transport === "sse";
  return { network_transport: http ? "tcp" : "", network_protocol_name: http ? "http" : "" };
}
