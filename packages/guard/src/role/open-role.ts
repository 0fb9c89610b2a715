import { randomUUID } from "node:crypto";
import { OpsError, ROLE_QUERY, type RoleDocument, roleSeen } from "@mcp-ops/formats";
import { GUARD_ERROR } from "../codes.ts";
import { AgentLine } from "./agent-line.ts";
import { readRole } from "./read-role.ts";
import { type Clocks, Reign, SYSTEM_CLOCKS } from "./reign.ts";
import type { RoleView } from "./role-view.ts";

export interface OpenRoleOptions {
  /** The agent of this node: a URL (path `/role` where it has none), or the absolute path of its socket, `unix:` before it or not. */
  readonly url: string;
  /** Time between two questions, in milliseconds; an agent that has no news keeps one waiting for as long. Default 200. */
  readonly pollMs?: number | undefined;
  /** How long to wait for an answer, in milliseconds. Default 1000. The deadline does not wait for it. */
  readonly timeoutMs?: number | undefined;
  /** Told, once each time, when the agent cannot be understood or reached, or says what must not be. */
  readonly onWarning?: ((error: unknown) => void) | undefined;
  /** For tests. */
  readonly clocks?: Clocks | undefined;
}

/** The role of this node, asked for again and again. A standby until the agent has said otherwise. */
export interface OpenRole extends RoleView, AsyncDisposable {
  /** Settles when the agent has been asked for the first time, whatever came of it. */
  readonly asked: Promise<void>;
  /** Calls whenever this process begins or ceases to lead, at once. Gives what stops it. */
  onChange(listener: () => void): () => void;
  /** Who knows how many calls that change something are under way: while there are any, the agent is not told that this process has stopped. */
  countsOpen(count: () => number): void;
}

export const DEFAULT_POLL_MS = 200;
const DEFAULT_TIMEOUT_MS = 1_000;
/** While calls in flight end, and the lease waits for that. */
const LEAVING_POLL_MS = 20;

/** Begins to ask. @throws OpsError `GUARD_ROLE_ADDRESS` */
export function openRole(options: OpenRoleOptions): OpenRole {
  return new PolledRole(options);
}

class PolledRole implements OpenRole {
  readonly #line: AgentLine;
  readonly #options: OpenRoleOptions;
  readonly #reign: Reign;
  readonly #id = randomUUID();
  readonly #listeners = new Set<() => void>();
  readonly #counts: (() => number)[] = [];
  readonly asked: Promise<void>;
  #said: RoleDocument | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #complaint = "";
  #isClosed = false;

  constructor(options: OpenRoleOptions) {
    this.#options = options;
    this.#line = new AgentLine(options.url);
    this.#reign = new Reign(options.clocks ?? SYSTEM_CLOCKS, () => {
      for (const listener of this.#listeners) this.#safely(listener);
    });
    this.asked = this.#poll();
  }

  get leadsUntil(): number {
    return this.#reign.until;
  }

  get said(): RoleDocument | undefined {
    return this.#said;
  }

  get reign(): AbortSignal | undefined {
    return this.#reign.signal;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  countsOpen(count: () => number): void {
    this.#counts.push(count);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#reign.end();
    this.#line.close();
  }

  async #poll(): Promise<void> {
    const began = performance.now();
    const before = this.#seen;
    try {
      await this.#ask();
      this.#complaint = "";
    } catch (error) {
      this.#complain(error);
    }
    if (this.#isClosed) return;
    const everyMs = this.#isLeaving ? LEAVING_POLL_MS : this.#pollMs;
    // After news the next question is asked at once; an agent that cannot wait is not asked oftener for it.
    const pauseMs = this.#seen === before ? Math.max(0, everyMs - (performance.now() - began)) : 0;
    this.#timer = setTimeout(() => void this.#poll(), pauseMs).unref();
  }

  async #ask(): Promise<void> {
    const asked = this.#reign.mark();
    const query = { [ROLE_QUERY.puller]: this.#id, ...this.#stopped(), ...this.#patience() };
    const document = readRole(await this.#line.ask(query, this.#timeoutMs));
    if (this.#isClosed) return;
    this.#said = document;
    if (!this.#reign.take(document, asked)) throw wentBack(document);
  }

  get #pollMs(): number {
    return this.#options.pollMs ?? DEFAULT_POLL_MS;
  }

  get #timeoutMs(): number {
    return this.#options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  }

  get #seen(): string | undefined {
    return this.#said && roleSeen(this.#said);
  }

  /** The agent waits for this process to have stopped. */
  get #isLeaving(): boolean {
    return this.#said?.draining === true && this.#reign.signal !== undefined;
  }

  /** How long the agent may wait for news. Not while it waits for us. */
  #patience(): Record<string, string> {
    if (this.#seen === undefined || this.#isLeaving) return {};
    return { [ROLE_QUERY.seen]: this.#seen, [ROLE_QUERY.wait]: String(Math.min(this.#pollMs, this.#timeoutMs / 2)) };
  }

  /** Says that nothing is under way any more and nothing begins, so that the lease can be given back before its time. */
  #stopped(): Record<string, string> {
    const isDrained = this.#said?.draining === true && this.#counts.every((count) => count() === 0);
    return isDrained ? { [ROLE_QUERY.stopped]: this.#said?.token ?? "" } : {};
  }

  /** The same trouble is told once, not five times a second. */
  #complain(error: unknown): void {
    const { message } = error as Error;
    if (this.#isClosed || message === this.#complaint) return;
    this.#complaint = message;
    this.#warn(error instanceof OpsError ? error : unreachable(error));
  }

  /** Whoever listens cannot keep the others from hearing, nor this process from asking. */
  #safely(listener: () => void): void {
    try {
      listener();
    } catch (error) {
      this.#warn(error);
    }
  }

  #warn(error: unknown): void {
    try {
      this.#options.onWarning?.(error);
    } catch {}
  }
}

function unreachable(cause: unknown): OpsError {
  const message = `The agent that knows the role does not answer (${(cause as Error).message}). Without it this node leads until its time is up, and no longer. See that the sidecar runs, and that its address is right.`;
  return new OpsError(GUARD_ERROR.roleAnswer, message, { cause });
}

function wentBack({ token }: RoleDocument): OpsError {
  const message = `The agent would lead with the token ${token}, which is smaller than one it has said before. Nothing is changed here under it; run mcp-ops failover raise-floor.`;
  return new OpsError(GUARD_ERROR.roleAnswer, message);
}
