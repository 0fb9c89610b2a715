import type { IncomingMessage, ServerResponse } from "node:http";
import { AnswerReader } from "./answer-reader.ts";
import { askedInBody, askedInHeaders, askedInText, unread } from "./asked.ts";
import { openConnection } from "./connections.ts";
import type { Desk } from "./front-desk.ts";
import { interceptMethod } from "./intercept.ts";
import { isObject } from "./messages.ts";
import { httpConnection, Unclaimed } from "./unclaimed.ts";
import { runVisit, type Visit } from "./visit.ts";

/** As in web-handler: larger bodies are not kept. */
const MAX_COPIED_BYTES = 1024 * 1024;

type NodeRequest = IncomingMessage & { readonly auth?: unknown; readonly body?: unknown };

export function isNodeRequest(request: unknown, response: unknown): request is NodeRequest;
export function isNodeRequest(request: unknown, response: unknown): boolean {
  return (
    isObject(request) &&
    isObject(request.headers) &&
    isObject(response) &&
    typeof (response as { writeHead?: unknown }).writeHead === "function"
  );
}

/** One request through a Node-style handler: nothing is replaced, what is written is read as it passes. */
export function serveNode(
  desk: Desk,
  request: NodeRequest,
  given: unknown,
  parsedBody: unknown,
  serve: () => unknown,
): unknown {
  const response = given as ServerResponse;
  const visit: Visit = { claimed: false, server: undefined };
  if (request.method === "GET") countStream(desk, request, response);
  if (request.method === "POST") account(desk, visit, request, response, parsedBody);
  response.once("close", () => {
    desk.answered = visit.server ?? desk.answered;
  });
  return runVisit(visit, serve);
}

function countStream({ pipeline, server }: Desk, request: NodeRequest, response: ServerResponse): void {
  if (request.headers.accept?.includes("text/event-stream") !== true) return;
  interceptMethod(response, "writeHead", (writeHead: (...args: unknown[]) => unknown, ...args: unknown[]) => {
    const written = writeHead(...args);
    if (response.statusCode === 200) {
      const close = openConnection(pipeline, httpConnection(server, request.headers), "stream");
      response.once("close", () => close());
    }
    return written;
  });
}

function account(desk: Desk, visit: Visit, request: NodeRequest, response: ServerResponse, parsedBody: unknown): void {
  const caller = { headers: request.headers, authInfo: request.auth, arrivedAt: performance.now() };
  const told = askedInBody(parsedBody) ?? askedInBody(request.body) ?? askedInHeaders(request.headers);
  const bodyText = told === undefined ? copyBody(request, visit) : () => undefined;
  let unclaimed: Unclaimed | undefined;
  const reader = new AnswerReader((message) => unclaimed?.saw(message, response.statusCode));
  const saw = (chunk: unknown) => {
    if (visit.claimed) return;
    unclaimed ??= open();
    if (typeof chunk === "string" || chunk instanceof Uint8Array) reader.push(chunk);
  };
  const open = () => {
    const asked = told ?? askedInText(bodyText()) ?? unread();
    return new Unclaimed(desk.pipeline, asked, { ...caller, authInfo: request.auth }, desk.server, desk.targets);
  };
  for (const member of ["write", "end"]) {
    interceptMethod(response, member, (original: (...args: unknown[]) => unknown, ...args: unknown[]) => {
      saw(args[0]);
      return original(...args);
    });
  }
  response.once("close", () => {
    if (visit.claimed) return;
    unclaimed ??= open();
    reader.end();
    unclaimed.end(response.statusCode, !response.writableFinished);
  });
}

/** Keeps a reference to each piece of the body as the HTTP parser hands it over; whoever reads the request is not disturbed. */
function copyBody(request: NodeRequest, visit: Visit): () => string | undefined {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  interceptMethod(request, "push", (push: (...args: unknown[]) => unknown, ...args: unknown[]) => {
    const piece = args[0];
    if (piece instanceof Uint8Array && !visit.claimed) {
      bytes += piece.byteLength;
      if (bytes <= MAX_COPIED_BYTES) pieces.push(piece);
    }
    return push(...args);
  });
  return () => (bytes > MAX_COPIED_BYTES ? undefined : Buffer.concat(pieces).toString("utf8"));
}
