import type { IncomingMessage, ServerResponse } from "node:http";
import { AnswerReader } from "./answer-reader.ts";
import { askedInBody, askedInHeaders, askedInText, unread } from "./asked.ts";
import { openConnection } from "./connections.ts";
import type { Attendance, Desk } from "./front-desk.ts";
import { interceptMethod } from "./intercept.ts";
import { isObject } from "./messages.ts";
import { httpConnection, Unclaimed } from "./unclaimed.ts";

/** As in web-handler: larger bodies are not kept. */
const MAX_COPIED_BYTES = 1024 * 1024;

type NodeRequest = IncomingMessage & { readonly auth?: unknown; readonly body?: unknown };

export function isNodeRequest(request: unknown, response: unknown): request is NodeRequest;
export function isNodeRequest(request: unknown, response: unknown): boolean {
  return isObject(request) && isObject(request.headers) && isNodeResponse(response);
}

export function isNodeResponse(response: unknown): response is ServerResponse;
export function isNodeResponse(response: unknown): boolean {
  return isObject(response) && typeof (response as { writeHead?: unknown }).writeHead === "function";
}

/** One request through a Node-style handler: nothing is replaced, what is written is read as it passes. */
export function serveNode(attendance: Attendance, request: NodeRequest, given: unknown, parsedBody: unknown): unknown {
  const response = given as ServerResponse;
  const method = request.method;
  if (method === "GET") whenAnswered(response, () => countStream(attendance.desk, request, response));
  if (method === "POST") account(attendance, request, response, parsedBody);
  return attendance.serve();
}

/** Tells when the head of the answer is written, which an `end()` without `writeHead()` does too. */
function whenAnswered(response: ServerResponse, answered: () => void): void {
  interceptMethod(response, "writeHead", (writeHead: (...args: unknown[]) => unknown, ...args: unknown[]) => {
    const written = writeHead(...args);
    answered();
    return written;
  });
}

function countStream({ pipeline, server }: Desk, request: NodeRequest, response: ServerResponse): void {
  if (response.statusCode !== 200 || request.headers.accept?.includes("text/event-stream") !== true) return;
  const close = openConnection(pipeline, httpConnection(server, request.headers), "stream");
  response.once("close", () => close());
}

function account(attendance: Attendance, request: NodeRequest, response: ServerResponse, parsedBody: unknown): void {
  const { desk } = attendance;
  const arrivedAt = performance.now();
  const told = askedInBody(parsedBody) ?? askedInBody(request.body) ?? askedInHeaders(request.headers);
  const bodyText = told === undefined && attendance.copiesBody ? copyBody(request) : undefined;
  const open = () => {
    const asked = told ?? askedInText(bodyText?.()) ?? unread();
    const caller = { headers: request.headers, authInfo: request.auth, arrivedAt };
    return new Unclaimed(desk.pipeline, asked, caller, desk.server, desk.targets);
  };
  let accounted = false;
  whenAnswered(response, () => {
    if (!accounted && !attendance.isClaimed(response.statusCode)) readAnswer(open(), response);
    accounted = true;
  });
  if (!attendance.copiesBody) return;
  response.once("close", () => {
    if (!accounted && !attendance.isClaimed(0)) open().end(0, true);
  });
}

function readAnswer(unclaimed: Unclaimed, response: ServerResponse): void {
  const reader = new AnswerReader((message) => unclaimed.saw(message, response.statusCode));
  for (const member of ["write", "end"]) {
    interceptMethod(response, member, (original: (...args: unknown[]) => unknown, ...args: unknown[]) => {
      const [chunk] = args;
      if (typeof chunk === "string" || chunk instanceof Uint8Array) reader.push(chunk);
      return original(...args);
    });
  }
  response.once("close", () => {
    reader.end();
    unclaimed.end(response.statusCode, !response.writableFinished);
  });
}

/** Keeps a reference to each piece of the body as the HTTP parser hands it over; whoever reads the request is not disturbed. */
function copyBody(request: NodeRequest): () => string | undefined {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  interceptMethod(request, "push", (push: (...args: unknown[]) => unknown, ...args: unknown[]) => {
    const piece = args[0];
    if (piece instanceof Uint8Array) {
      bytes += piece.byteLength;
      if (bytes <= MAX_COPIED_BYTES) pieces.push(piece);
    }
    return push(...args);
  });
  return () => (bytes > MAX_COPIED_BYTES ? undefined : Buffer.concat(pieces).toString("utf8"));
}
