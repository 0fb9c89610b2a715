import type { IncomingMessage, ServerResponse } from "node:http";
import { OPS_RPC, RPC } from "@mcp-ops/formats";
import { classifyInboundRequest, isInitializeRequest } from "@modelcontextprotocol/server";
import { answer, HTTP_REFUSAL, jsonBody, refuse } from "./http-answers.ts";
import { errorFor, isMessage, isRequest, type Request } from "./message.ts";
import { Modern } from "./modern.ts";
import { DEFAULT_IDLE_MS, DEFAULT_MAX_BODY_BYTES, DEFAULT_MAX_SESSIONS, type ServeOptions } from "./options.ts";
import { PrivateHouse } from "./private-house.ts";
import { MODERN_META } from "./revisions.ts";
import { Sessions } from "./sessions.ts";
import { SharedHouse } from "./shared-house.ts";
import type { Starter } from "./starter.ts";

/** Finds out what a request is, and who answers it. */
export class Endpoint {
  readonly #sessions: Sessions;
  readonly #modern: Modern;
  readonly #houses: readonly { close(): Promise<void> }[];
  readonly #maxBodyBytes: number;

  constructor(options: ServeOptions, starter: Starter) {
    const { pipeline, shared = false, maxSessions, idleMs, maxBodyBytes } = options;
    const house = shared ? new SharedHouse(starter) : new PrivateHouse(starter);
    const limits = { maxSessions: maxSessions ?? DEFAULT_MAX_SESSIONS, idleMs: idleMs ?? DEFAULT_IDLE_MS };
    this.#maxBodyBytes = maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES;
    this.#sessions = new Sessions(house, pipeline, limits);
    // A process that was initialised speaks the revision of its handshake, so that these have one apart.
    this.#modern = new Modern(new SharedHouse(starter, MODERN_META), pipeline);
    this.#houses = [house, this.#modern];
  }

  get sessions(): number {
    return this.#sessions.size;
  }

  async handle(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const { method, url = "", headers } = request;
    if (url.split("?", 1)[0] !== path) return refuse(response, 404, HTTP_REFUSAL, `The endpoint is ${path}.`);
    if (method === "POST") return this.#post(request, response);
    const session = headers["mcp-session-id"];
    if (typeof session === "string") return this.#sessions.handle(session, request, response);
    answer(response, 405, errorFor(null, HTTP_REFUSAL, "Without a session there is only POST."), { allow: "POST" });
  }

  /** After an error of ours, or a server that cannot be started. Details are for the operator. */
  failed(response: ServerResponse): void {
    refuse(response, 502, OPS_RPC.unavailable, "The server behind this endpoint cannot be reached.");
  }

  async close(): Promise<void> {
    await this.#sessions.close();
    await Promise.all(this.#houses.map((house) => house.close()));
  }

  async #post(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await jsonBody(request, response, this.#maxBodyBytes);
    if (body === undefined) return;
    const { headers } = request;
    const route = classifyInboundRequest({
      httpMethod: "POST",
      body,
      ...headersFor({
        protocolVersionHeader: headers["mcp-protocol-version"],
        mcpMethodHeader: headers["mcp-method"],
        mcpNameHeader: headers["mcp-name"],
      }),
    });
    if (route.kind === "reject") {
      const { httpStatus, code, message, data } = route;
      return answer(response, httpStatus, errorFor(idOf(body), code, message, data));
    }
    if (route.kind === "legacy") return this.#legacy(request, response, body);
    // Over HTTP a modern client has no notification to send: it cancels by closing the stream.
    if (route.messageKind === "notification") return void response.writeHead(202).end();
    await this.#modern.handle(request, response, body as Request, String(route.classification.revision));
  }

  async #legacy(request: IncomingMessage, response: ServerResponse, body: unknown): Promise<void> {
    const session = request.headers["mcp-session-id"];
    if (typeof session === "string") return this.#sessions.handle(session, request, response, body);
    if (isInitializeRequest(body)) return this.#sessions.begin(request, response, body);
    refuse(response, 400, RPC.invalidRequest, "There is no session yet. Start one with initialize.", idOf(body));
  }
}

function headersFor<K extends string>(headers: Record<K, string | string[] | undefined>): { [key in K]?: string } {
  return Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined)) as {
    [key in K]?: string;
  };
}

function idOf(body: unknown): Request["id"] | null {
  return isMessage(body) && isRequest(body) ? body.id : null;
}
