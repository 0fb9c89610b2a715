import type { JsonObject } from "@mcp-ops/exchange";
import { AnswerReader } from "./answer-reader.ts";
import { askedInBody, askedInHeaders, askedInText, unread } from "./asked.ts";
import { openConnection } from "./connections.ts";
import type { Attendance, Desk } from "./front-desk.ts";
import { httpConnection, Unclaimed } from "./unclaimed.ts";

/** Larger request bodies are not read a second time; what they asked is then known from the headers or not at all. */
const MAX_COPIED_BYTES = 1024 * 1024;

/** One request through a web-style handler. */
export async function serveWeb(attendance: Attendance, request: Request, options: JsonObject): Promise<unknown> {
  const { desk } = attendance;
  const caller = { headers: request.headers, authInfo: options.authInfo, arrivedAt: performance.now() };
  const isPost = request.method === "POST";
  const told = isPost ? (askedInBody(options.parsedBody) ?? askedInHeaders(request.headers)) : [];
  const copy = told === undefined && attendance.copiesBody ? copyOf(request) : undefined;
  const response = await attendance.serve();
  if (!(response instanceof Response)) return response;
  if (request.method === "GET") return isEventStream(response) ? countStream(desk, request, response) : response;
  if (attendance.isClaimed(response.status) || !isPost) {
    void copy?.body?.cancel().catch(() => {});
    return response;
  }
  const asked = told ?? askedInText(await textOf(copy)) ?? unread();
  return account(new Unclaimed(desk.pipeline, asked, caller, desk.server, desk.targets), request, response);
}

function account(unclaimed: Unclaimed, request: Request, response: Response): Response {
  const { status } = response;
  const reader = new AnswerReader((message) => unclaimed.saw(message, status));
  const end = (cancelled: boolean) => {
    reader.end();
    unclaimed.end(status, cancelled || request.signal?.aborted === true);
  };
  return passing(response, (chunk) => reader.push(chunk), end);
}

function countStream({ pipeline, server }: Desk, request: Request, response: Response): Response {
  const close = openConnection(pipeline, httpConnection(server, request.headers), "stream");
  return passing(
    response,
    () => {},
    () => close(),
  );
}

/** The same response; its body tells what passes, and once when it has ended. */
function passing(
  response: Response,
  onChunk: (chunk: Uint8Array) => void,
  onEnd: (cancelled: boolean) => void,
): Response {
  if (response.body === null) {
    onEnd(false);
    return response;
  }
  const source = response.body.getReader();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await source.read();
        if (value !== undefined) {
          onChunk(value);
          controller.enqueue(value);
        }
        if (!done) return;
        onEnd(false);
        controller.close();
      } catch (error) {
        onEnd(true);
        controller.error(error);
      }
    },
    async cancel(reason) {
      onEnd(true);
      await source.cancel(reason);
    },
  });
  const { status, statusText, headers } = response;
  return new Response(body, { status, statusText, headers });
}

function copyOf(request: Request): Request | undefined {
  const length = Number(request.headers.get("content-length") ?? 0);
  if (length > MAX_COPIED_BYTES || request.bodyUsed) return undefined;
  try {
    return request.clone();
  } catch {
    return undefined;
  }
}

async function textOf(copy: Request | undefined): Promise<string | undefined> {
  try {
    return await copy?.text();
  } catch {
    return undefined;
  }
}

function isEventStream(response: Response): boolean {
  return response.ok && response.headers.get("content-type")?.includes("text/event-stream") === true;
}
