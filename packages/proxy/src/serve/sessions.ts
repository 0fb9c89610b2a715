import type { IncomingMessage, ServerResponse } from "node:http";
import type { Pipeline } from "@mcp-ops/tap";
import { HTTP_REFUSAL, refuse } from "./http-answers.ts";
import type { House } from "./seat.ts";
import { Session } from "./session.ts";

export interface SessionLimits {
  readonly maxSessions: number;
  readonly idleMs: number;
}

/** The code SDKs give to a session that is not there; with HTTP 404 it tells clients to begin a new one (2025-11-25, basic/transports). */
const NO_SESSION = -32001;

/** The sessions of an endpoint: so many at most, and none that nobody uses any more. */
export class Sessions {
  readonly #house: House;
  readonly #pipeline: Pipeline;
  readonly #limits: SessionLimits;
  readonly #byId = new Map<string, Session>();
  readonly #all = new Set<Session>();
  readonly #sweep: NodeJS.Timeout;

  constructor(house: House, pipeline: Pipeline, limits: SessionLimits) {
    this.#house = house;
    this.#pipeline = pipeline;
    this.#limits = limits;
    this.#sweep = setInterval(() => this.#endIdle(), Math.min(30_000, limits.idleMs / 4)).unref();
  }

  get size(): number {
    return this.#all.size;
  }

  /** A request that names a session. */
  async handle(id: string, request: IncomingMessage, response: ServerResponse, body?: unknown): Promise<void> {
    const session = this.#byId.get(id);
    if (session === undefined) return refuse(response, 404, NO_SESSION, "Session not found. Start a new one.");
    await session.handle(request, response, body);
  }

  /** A request that begins a session. */
  async begin(request: IncomingMessage, response: ServerResponse, body: unknown): Promise<void> {
    if (this.#all.size >= this.#limits.maxSessions) {
      return refuse(response, 503, HTTP_REFUSAL, "Too many sessions are open. End one, or try again later.");
    }
    const session = new Session(
      this.#pipeline,
      (id) => void this.#byId.set(id, session),
      () => this.#forget(session),
    );
    this.#all.add(session);
    // Who leaves before it is greeted does not know the session, and nobody else does.
    const gone = () => {
      if (!response.writableFinished) void session.close();
    };
    response.once("close", gone);
    try {
      await session.begin(this.#house);
    } catch (error) {
      this.#forget(session);
      throw error;
    }
    if (response.closed) return gone();
    await session.handle(request, response, body);
    // Refused by the transport before it began: nobody could ever come back to it.
    if (session.id === undefined) await session.close();
  }

  async close(): Promise<void> {
    clearInterval(this.#sweep);
    await Promise.all([...this.#all].map((session) => session.stop("The endpoint is closing. Try again later.")));
  }

  #forget(session: Session): void {
    this.#all.delete(session);
    if (session.id !== undefined) this.#byId.delete(session.id);
  }

  #endIdle(): void {
    for (const session of this.#all) if (session.idleMs() > this.#limits.idleMs) void session.close();
  }
}
