import type { IncomingMessage, ServerResponse } from "node:http";
import { RPC } from "@mcp-ops/formats";
import type { Pipeline } from "@mcp-ops/tap";
import { answer, refuse } from "./http-answers.ts";
import { errorFor, type Request } from "./message.ts";
import { callModern } from "./modern-call.ts";
import { modernRevisions } from "./revisions.ts";
import type { House } from "./seat.ts";

/** The part of `params` that the header `Mcp-Name` repeats, by method (2026-07-28, basic/transports/streamable-http). */
const NAMED = new Set(["tools/call", "prompts/get", "resources/read"]);

/** Until then clients without sessions are told to start one. A server that ends or is silent whenever it is asked costs one process in this time. */
const ASK_AGAIN_MS = 2_000;

/** Requests of 2026-07-28: one server for all, because a request of that revision has no session that it could belong to. */
export class Modern {
  readonly #house: House;
  readonly #pipeline: Pipeline;
  #revisions: Promise<readonly string[]> | undefined;

  constructor(house: House, pipeline: Pipeline) {
    this.#house = house;
    this.#pipeline = pipeline;
  }

  /** A request that the SDK has found to be modern, and whose headers say what its body says as far as they are there. */
  async handle(request: IncomingMessage, response: ServerResponse, body: Request, revision: string): Promise<void> {
    const missing = missingHeader(request, body.method);
    if (missing !== undefined) {
      return refuse(response, 400, RPC.headerMismatch, `The header ${missing} is missing.`, body.id);
    }
    const supported = await this.#supported();
    if (!supported.includes(revision)) {
      const data = { supported, requested: revision };
      return answer(response, 400, errorFor(body.id, RPC.unsupportedProtocolVersion, unsupported(supported), data));
    }
    await callModern(this.#house, this.#pipeline, body, [request, response]);
  }

  close(): Promise<void> {
    return this.#house.close();
  }

  async #supported(): Promise<readonly string[]> {
    this.#revisions ??= modernRevisions(this.#house).then(async ({ revisions, isSaid }) => {
      // It will not be asked again, or not so soon.
      if (revisions.length === 0) await this.#house.close();
      if (!isSaid) setTimeout(() => (this.#revisions = undefined), ASK_AGAIN_MS).unref();
      return revisions;
    });
    try {
      return await this.#revisions;
    } catch (error) {
      this.#revisions = undefined;
      throw error;
    }
  }
}

function missingHeader({ headers }: IncomingMessage, method: string): string | undefined {
  if (headers["mcp-protocol-version"] === undefined) return "MCP-Protocol-Version";
  if (headers["mcp-method"] === undefined) return "Mcp-Method";
  return NAMED.has(method) && headers["mcp-name"] === undefined ? "Mcp-Name" : undefined;
}

function unsupported(supported: readonly string[]): string {
  if (supported.length > 0) return `Unsupported protocol version; supported: ${supported.join(", ")}`;
  return "The server behind this endpoint speaks no revision without sessions. Start a session with initialize.";
}
