import { headerFrom } from "../extra.ts";
import type { Pipeline } from "../pipeline.ts";
import { HttpLine } from "./http-line.ts";
import type { Head } from "./movers.ts";

export interface LineLimits {
  /** Sessions remembered at once; beyond it the one that was silent longest is forgotten, or the newest where all are in use. */
  readonly maxSessions: number;
  /** A session without requests and streams is forgotten after this many milliseconds. */
  readonly sessionIdleMs: number;
  /** Told of each session forgotten for want of room. */
  readonly onForgotten: () => void;
}

/** The lines that outlive a request: sessions of Streamable HTTP, and streams of the older transport by their message URL. */
export class HttpLines {
  readonly #pipeline: Pipeline;
  readonly #limits: LineLimits;
  /** The one silent longest comes first. */
  readonly #lines = new Map<string, HttpLine>();

  constructor(pipeline: Pipeline, limits: LineLimits) {
    this.#pipeline = pipeline;
    this.#limits = limits;
  }

  get size(): number {
    return this.#lines.size;
  }

  /** The line a request travels on; a new one where it belongs to none that is known. */
  of({ headers, target }: Head): HttpLine {
    const sessionId = headerFrom(headers, "mcp-session-id");
    const known = this.#lines.get(keyOf(sessionId, target));
    if (known !== undefined) this.#touch(known, keyOf(sessionId, target));
    return known ?? new HttpLine(this.#pipeline, "http", sessionId);
  }

  /** A line of the older transport, whose messages are posted to `target`. */
  openStream(target: string): HttpLine {
    const query = new URLSearchParams(target.split("?")[1]);
    const sessionId = query.get("sessionId") ?? query.get("session_id") ?? undefined;
    const line = new HttpLine(this.#pipeline, "sse", sessionId);
    this.#remember(keyOf(undefined, target), line);
    return line;
  }

  closeStream(target: string): void {
    this.#drop(keyOf(undefined, target));
  }

  /** The server has accepted a request of this session, or opened it just now. */
  confirm(line: HttpLine): void {
    if (line.sessionId === undefined || line.line.transport === "sse") return;
    const key = keyOf(line.sessionId, "");
    if (!this.#lines.has(key)) this.#remember(key, line);
  }

  /** The session has ended, or the server knows none by this id. */
  endSession(sessionId: string): void {
    this.#drop(keyOf(sessionId, ""));
  }

  /** Forgets the sessions that have been silent too long. */
  sweep(now: number = performance.now()): void {
    for (const [key, line] of this.#lines) {
      if (now - line.usedAt < this.#limits.sessionIdleMs) return;
      if (line.visitors === 0) this.#drop(key);
    }
  }

  close(): void {
    for (const key of [...this.#lines.keys()]) this.#drop(key);
  }

  #remember(key: string, line: HttpLine): void {
    if (this.#lines.size >= this.#limits.maxSessions) {
      this.#limits.onForgotten();
      const unused = this.#firstUnused();
      // One with a call under way would lose it, and its answer what gates want of it: rather the new one has no history.
      if (unused === undefined) return;
      this.#drop(unused);
    }
    this.#touch(line, key);
    line.openSession();
  }

  #firstUnused(): string | undefined {
    for (const [key, { visitors }] of this.#lines) if (visitors === 0) return key;
    return undefined;
  }

  #touch(line: HttpLine, key: string): void {
    line.usedAt = performance.now();
    this.#lines.delete(key);
    this.#lines.set(key, line);
  }

  #drop(key: string): void {
    const line = this.#lines.get(key);
    this.#lines.delete(key);
    line?.close();
  }
}

/** A client chooses both: they cannot be taken for one another. */
function keyOf(sessionId: string | undefined, target: string): string {
  return sessionId === undefined ? `to ${target}` : `id ${sessionId}`;
}
