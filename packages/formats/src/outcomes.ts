import { CLIENT_FAULT_CODES, LABELLED_CODES, RPC } from "./codes.ts";
import { LISTEN_METHOD, OTHER } from "./methods.ts";

/** How an exchange ended, in the words each signal uses. One table for metrics, traces, audit and alerts. */
export interface Judgement {
  /** Value of the label `status`. */
  readonly status: Status;
  /** Outcome in an audit record. */
  readonly audit: "success" | "failure" | "error" | "denied" | "cancelled" | "lost";
  /** Value of the label `type` of `mcp_errors_total`: the status, or the JSON-RPC code where the status is `error`. Undefined for a success. */
  readonly type: string | undefined;
  /** OpenTelemetry `error.type` on the server's side; undefined when the convention does not count it as an error. */
  readonly errorType: string | undefined;
  /** OpenTelemetry `rpc.response.status_code`, bounded to the codes we know. */
  readonly rpcStatusCode: string | undefined;
  /** Whose fault it was: the asker's, the server's, or something between and beyond. Undefined for a success. */
  readonly category: Category | undefined;
}

export type Category = "client" | "server" | "external";

export type Status =
  | "success"
  | "input_required"
  | "task"
  | "tool_error"
  | "validation"
  | "unknown_tool"
  | "unknown_prompt"
  | "unknown_resource"
  | "unknown_method"
  | "error"
  | "timeout"
  | "cancelled"
  | "lost"
  | "denied"
  | "sent";

/** What of an exchange the table needs; every `Exchange` fits. */
export interface Question {
  readonly method: string;
  readonly targetKnown: boolean | undefined;
}

/** What of an outcome the table needs; every `Outcome` fits. */
export type Ending =
  | { readonly kind: "result"; readonly type: string; readonly isError: boolean; readonly invalidArguments: boolean }
  | {
      readonly kind: "error";
      readonly code: number | undefined;
      readonly httpStatus: number | undefined;
      readonly cause: "denied" | "timeout" | undefined;
    }
  | { readonly kind: "cancelled" | "lost" | "sent" };

const UNKNOWN_TARGET: Readonly<Record<string, Status>> = {
  "tools/call": "unknown_tool",
  "prompts/get": "unknown_prompt",
  "resources/read": "unknown_resource",
};

const SUCCESS = judgement("success", "success", undefined);
const SENT = judgement("sent", "success", undefined);
const CANCELLED = judgement("cancelled", "cancelled", "client", "cancelled");
/** A client that stops listening has ended its subscription, not withdrawn a call. */
const STOPPED_LISTENING = judgement("cancelled", "success", undefined);
const LOST = judgement("lost", "lost", "external", "lost");

/**
 * Reads the table. "Unknown" needs a name outside the server's known set; "validation" needs an error code or knowledge from
 * inside the process. Message text is never read: a tool could forge it.
 */
export function judge(question: Question, ending: Ending): Judgement {
  switch (ending.kind) {
    case "sent":
      return SENT;
    case "cancelled":
      return question.method === LISTEN_METHOD ? STOPPED_LISTENING : CANCELLED;
    case "lost":
      return LOST;
    case "result":
      return ending.isError ? judgeToolError(question, ending.invalidArguments) : judgeSuccess(ending.type);
    case "error":
      return judgeError(question, ending);
  }
}

function judgeSuccess(resultType: string): Judgement {
  return resultType === "input_required" || resultType === "task"
    ? judgement(resultType, "success", undefined)
    : SUCCESS;
}

function judgeToolError(question: Question, invalidArguments: boolean): Judgement {
  const unknown = question.targetKnown === false ? UNKNOWN_TARGET[question.method] : undefined;
  if (unknown !== undefined) return judgement(unknown, "error", "client", "tool_error");
  if (invalidArguments) return judgement("validation", "error", "client", "tool_error");
  return judgement("tool_error", "failure", "server", "tool_error");
}

function judgeError(question: Question, ending: Extract<Ending, { kind: "error" }>): Judgement {
  const { code, httpStatus, cause } = ending;
  if (cause === "timeout") return withCode(judgement("timeout", "error", "server", "timeout"), code);
  if (cause === "denied" || (code === undefined && (httpStatus === 401 || httpStatus === 403))) {
    return withCode(judgement("denied", "denied", "client", "denied"), code);
  }
  const status = statusOfCode(question, code);
  const label = code === undefined ? httpLabel(httpStatus) : codeLabel(code);
  const client = code === undefined ? (httpStatus ?? 500) < 500 : isClientFault(code);
  const countsAsError = code === undefined ? !client : !CLIENT_FAULT_CODES.has(code);
  return {
    status,
    audit: "error",
    type: status === "error" ? label : status,
    errorType: countsAsError ? label : undefined,
    rpcStatusCode: code === undefined ? undefined : codeLabel(code),
    category: client ? "client" : "server",
  };
}

function statusOfCode(question: Question, code: number | undefined): Status {
  const unknown = question.targetKnown === false ? UNKNOWN_TARGET[question.method] : undefined;
  switch (code) {
    case RPC.resourceNotFound:
      return "unknown_resource";
    case RPC.methodNotFound:
      return unknown ?? "unknown_method";
    case RPC.invalidParams:
      return unknown ?? "validation";
    default:
      return "error";
  }
}

/** The codes of revision 2026-07-28 (headers, capability, version) are the caller's fault too, though the convention counts them. */
function isClientFault(code: number): boolean {
  return (
    CLIENT_FAULT_CODES.has(code) ||
    code === RPC.headerMismatch ||
    code === RPC.missingClientCapability ||
    code === RPC.unsupportedProtocolVersion ||
    code === RPC.urlElicitationRequired
  );
}

function codeLabel(code: number): string {
  return LABELLED_CODES.has(code) ? String(code) : OTHER;
}

/** HTTP statuses are few: at most 200 values, 400–599. */
function httpLabel(status: number | undefined): string {
  return status !== undefined && Number.isInteger(status) && status >= 400 && status <= 599 ? `http_${status}` : OTHER;
}

function withCode(judged: Judgement, code: number | undefined): Judgement {
  return code === undefined ? judged : { ...judged, rpcStatusCode: codeLabel(code) };
}

function judgement(
  status: Status,
  audit: Judgement["audit"],
  category: Category | undefined,
  errorType?: string,
): Judgement {
  const type = category === undefined ? undefined : status;
  return { status, audit, type, errorType, rpcStatusCode: undefined, category };
}
