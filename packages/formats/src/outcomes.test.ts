import { describe, expect, test } from "vitest";
import { CLIENT_FAULT_CODES, LABELLED_CODES, OPS_RPC, RPC } from "./codes.ts";
import { journalStatus } from "./journal.ts";
import { type Ending, type Judgement, judge, type Question } from "./outcomes.ts";

const KNOWN: Question = { method: "tools/call", targetKnown: true };
const UNKNOWN: Question = { method: "tools/call", targetKnown: false };
const NOT_SURE: Question = { method: "tools/call", targetKnown: undefined };

function result(parts: Partial<Extract<Ending, { kind: "result" }>> = {}): Ending {
  return { kind: "result", type: "complete", isError: false, invalidArguments: false, ...parts };
}

function error(code: number | undefined, parts: Partial<Extract<Ending, { kind: "error" }>> = {}): Ending {
  return { kind: "error", code, httpStatus: undefined, cause: undefined, ...parts };
}

describe("success", () => {
  test.each([
    ["complete", "success"],
    ["input_required", "input_required"],
    ["task", "task"],
    ["a type of some extension", "success"],
  ] as const)("a result of type %s reads %s, and nobody was at fault", (type, status) => {
    expect(judge(KNOWN, result({ type }))).toEqual({
      status,
      audit: "success",
      type: undefined,
      errorType: undefined,
      rpcStatusCode: undefined,
      category: undefined,
    } satisfies Judgement);
  });

  test("a notification was sent, which is no failure", () => {
    expect(judge(KNOWN, { kind: "sent" })).toMatchObject({ status: "sent", audit: "success", type: undefined });
  });
});

describe("a result with isError", () => {
  test("is the tool's failure where the server has the tool", () => {
    expect(judge(KNOWN, result({ isError: true }))).toMatchObject({
      status: "tool_error",
      audit: "failure",
      errorType: "tool_error",
      category: "server",
    });
  });

  test("is the tool's failure where nobody knows what the server has", () => {
    expect(judge(NOT_SURE, result({ isError: true })).status).toBe("tool_error");
  });

  test("is an unknown tool only where the name is outside the known set", () => {
    const judged = judge(UNKNOWN, result({ isError: true }));
    expect(judged).toMatchObject({
      status: "unknown_tool",
      audit: "error",
      errorType: "tool_error",
      category: "client",
    });
  });

  test("is bad arguments only by word from inside the process", () => {
    const judged = judge(KNOWN, result({ isError: true, invalidArguments: true }));
    expect(judged).toMatchObject({ status: "validation", audit: "error", errorType: "tool_error", category: "client" });
  });
});

describe("a JSON-RPC error", () => {
  test.each<[string, Question, number, string]>([
    ["-32602", KNOWN, RPC.invalidParams, "validation"],
    ["-32602 for a tool that is not there", UNKNOWN, RPC.invalidParams, "unknown_tool"],
    ["-32601 for a tool that is not there", UNKNOWN, RPC.methodNotFound, "unknown_tool"],
    [
      "-32602 for a prompt that is not there",
      { ...UNKNOWN, method: "prompts/get" },
      RPC.invalidParams,
      "unknown_prompt",
    ],
    [
      "-32602 for a resource that is not there",
      { ...UNKNOWN, method: "resources/read" },
      RPC.invalidParams,
      "unknown_resource",
    ],
    ["-32002", { ...NOT_SURE, method: "resources/read" }, RPC.resourceNotFound, "unknown_resource"],
    ["-32601", NOT_SURE, RPC.methodNotFound, "unknown_method"],
    ["-32602 of a method without targets", { method: "ping", targetKnown: false }, RPC.invalidParams, "validation"],
  ])("%s reads by what was asked for", (_title, question, code, status) => {
    expect(judge(question, error(code))).toMatchObject({
      status,
      type: status,
      audit: "error",
      category: "client",
      errorType: undefined,
      rpcStatusCode: String(code),
    });
  });

  test("with another code has that code as its type", () => {
    expect(judge(KNOWN, error(RPC.internalError))).toEqual({
      status: "error",
      audit: "error",
      type: "-32603",
      errorType: "-32603",
      rpcStatusCode: "-32603",
      category: "server",
    } satisfies Judgement);
  });

  test("with a code of the server's own is bounded to _other", () => {
    const judged = judge(KNOWN, error(12345));
    expect(judged).toMatchObject({ type: "_other", errorType: "_other", rpcStatusCode: "_other", category: "server" });
  });

  test.each([RPC.headerMismatch, RPC.missingClientCapability, RPC.unsupportedProtocolVersion])(
    "%i is the caller's fault, though the convention counts it as an error",
    (code) => {
      expect(judge(KNOWN, error(code))).toMatchObject({ category: "client", errorType: String(code) });
    },
  );

  test("that is the caller's fault is no error to the convention", () => {
    for (const code of CLIENT_FAULT_CODES) expect(judge(KNOWN, error(code)).errorType, String(code)).toBeUndefined();
  });
});

describe("an HTTP error without JSON-RPC", () => {
  test.each([
    [413, "http_413", "client", undefined],
    [503, "http_503", "server", "http_503"],
    [undefined, "_other", "server", "_other"],
    [200, "_other", "client", undefined],
    [999, "_other", "server", "_other"],
  ])("%s", (httpStatus, type, category, errorType) => {
    const judged = judge(NOT_SURE, error(undefined, { httpStatus }));
    expect(judged).toMatchObject({ status: "error", type, category, errorType, rpcStatusCode: undefined });
  });

  test.each([401, 403])("%i is a refusal", (httpStatus) => {
    expect(judge(NOT_SURE, error(undefined, { httpStatus }))).toMatchObject({ status: "denied", audit: "denied" });
  });
});

test("a gate's refusal and its deadline are told apart from the server's own errors, with their codes", () => {
  expect(judge(UNKNOWN, error(OPS_RPC.denied, { cause: "denied" }))).toMatchObject({
    status: "denied",
    audit: "denied",
    errorType: "denied",
    rpcStatusCode: "-31001",
    category: "client",
  });
  expect(judge(KNOWN, error(OPS_RPC.deadlineExceeded, { cause: "timeout" }))).toMatchObject({
    status: "timeout",
    audit: "error",
    errorType: "timeout",
    rpcStatusCode: "-31002",
    category: "server",
  });
});

test.each([
  ["cancelled", "client"],
  ["lost", "external"],
] as const)("%s is a word of its own in every signal", (kind, category) => {
  expect(judge(KNOWN, { kind })).toEqual({
    status: kind,
    audit: kind,
    type: kind,
    errorType: kind,
    rpcStatusCode: undefined,
    category,
  } satisfies Judgement);
});

test("whatever code comes, its labels come from a set that can be listed", () => {
  const allowed = new Set(["_other", ...[...LABELLED_CODES].map(String)]);
  for (let code = -33_000; code <= 1000; code++) {
    const { type, rpcStatusCode } = judge(NOT_SURE, error(code));
    expect(allowed.has(rpcStatusCode!), rpcStatusCode).toBe(true);
    expect(allowed.has(type!) || ["validation", "unknown_method", "unknown_resource"].includes(type!), type).toBe(true);
  }
});

test("a journal tells errors of the caller from those of the server, and nothing else otherwise", () => {
  const ending = (code: number) => ({ kind: "error" as const, code, httpStatus: undefined, cause: undefined });
  const told = (code: number) => journalStatus(judge({ method: "tools/call", targetKnown: true }, ending(code)));
  expect([RPC.invalidRequest, RPC.unsupportedProtocolVersion].map(told)).toEqual(["client_error", "client_error"]);
  expect([RPC.internalError, RPC.invalidParams].map(told)).toEqual(["error", "validation"]);
});
