import { OpsError, type RoleDocument } from "@mcp-ops/formats";
import { RolePage } from "@mcp-ops/kit";
import { PROXY_ERROR } from "../codes.ts";
import type { FollowedNode } from "./options.ts";

/** An agent that needs longer is asked again. */
const TIMEOUT_MS = 1000;

/** Asks the agent of one node for its role, again and again. */
export class AgentWatch {
  readonly #node: FollowedNode;
  readonly #page: RolePage;
  readonly #pollMs: number;
  readonly #onWord: (said: RoleDocument) => void;
  readonly #onWarning: (error: unknown) => void;
  /** Settles when it has been asked for the first time, whatever came of it. */
  readonly asked: Promise<void>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #complaint = "";
  #isClosed = false;

  /** @throws OpsError `GUARD_ROLE_ADDRESS` */
  constructor(
    node: FollowedNode,
    pollMs: number,
    onWord: (said: RoleDocument) => void,
    onWarning: (error: unknown) => void,
  ) {
    this.#node = node;
    this.#page = new RolePage(node.roleUrl);
    this.#pollMs = pollMs;
    this.#onWord = onWord;
    this.#onWarning = onWarning;
    this.asked = this.#poll();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#page.close();
  }

  async #poll(): Promise<void> {
    try {
      await this.#ask();
      this.#complaint = "";
    } catch (error) {
      this.#complain(error as Error);
    }
    if (!this.#isClosed) this.#timer = setTimeout(() => void this.#poll(), this.#pollMs).unref();
  }

  async #ask(): Promise<void> {
    const said = await this.#page.read(TIMEOUT_MS);
    if (said.node !== this.#node.name) throw new Error(`it calls itself ${said.node}`);
    if (!this.#isClosed) this.#onWord(said);
  }

  /** The same trouble is told once, not ten times a second. */
  #complain(cause: Error): void {
    if (this.#isClosed || cause.message === this.#complaint) return;
    this.#complaint = cause.message;
    const { name, roleUrl } = this.#node;
    const message = `The agent of ${name} at ${roleUrl} does not say its role (${cause.message}). Requests go by what it said last, and by what the others say. See that its sidecar runs, and that name and address are its own.`;
    this.#onWarning(new OpsError(PROXY_ERROR.roleUnknown, message, { cause }));
  }
}
