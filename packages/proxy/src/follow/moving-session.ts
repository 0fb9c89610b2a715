import type { HttpLine, Message } from "@mcp-ops/tap";
import type { Upstream } from "../http/upstreams.ts";

/** A handshake that is longer is not kept: its session cannot be opened anew. */
const MAX_OPENING_LENGTH = 16 * 1024;

/** A session opened at some server: its id there; undefined where it was refused. */
export type OpenAt = (upstream: Upstream, opening: Message) => Promise<string | undefined>;

interface Move {
  readonly to: Upstream;
  readonly done: Promise<boolean>;
}

/** A session of a client, whichever node it is served by at the moment. */
export class MovingSession {
  /** As the client knows it: the id it got first. */
  readonly clientsId: string;
  readonly #line: HttpLine;
  readonly #opening: Message | undefined;
  upstream: Upstream;
  /** The lease under which it was opened: under another one the server may be a new process that knows nothing of it. */
  token: string | undefined;
  #id: string;
  #hasMoved = false;
  #isExpired = false;
  #moving: Move | undefined;

  constructor(line: HttpLine, clientsId: string, opening: Message, upstream: Upstream, token: string | undefined) {
    this.#line = line;
    this.clientsId = clientsId;
    this.#id = clientsId;
    this.#opening = JSON.stringify(opening).length > MAX_OPENING_LENGTH ? undefined : opening;
    this.upstream = upstream;
    this.token = token;
  }

  /** Its id where it is served now, where that is another than the client's. */
  get id(): string | undefined {
    return this.#id === this.clientsId ? undefined : this.#id;
  }

  /** Whether it is served there, and can be. */
  isAt(upstream: Upstream): boolean {
    return this.upstream === upstream && !this.#isExpired;
  }

  /** It is where it shall be: wherever it was on its way to does not count any more. */
  stay(): void {
    this.#moving = undefined;
  }

  /** Its server does not know it any more. */
  expire(): void {
    this.#isExpired = true;
  }

  /** Whether an event the client names as its last one comes from a server before this one. */
  isForeign(eventId: string | undefined): boolean {
    return this.#hasMoved && eventId !== undefined && !this.#line.knows(eventId);
  }

  /**
   * Opens it anew at another server, once for all who ask. True when it was; false when that server did not want it: then it goes there under the client's
   * id, and the server says so itself. Rejects when the server cannot be reached.
   */
  moveTo(upstream: Upstream, token: string, open: OpenAt): Promise<boolean> {
    if (this.#moving?.to === upstream) return this.#moving.done;
    const isNewest = () => this.#moving === move;
    const done = this.#move(upstream, token, open, isNewest).finally(() => {
      if (isNewest()) this.#moving = undefined;
    });
    const move: Move = { to: upstream, done };
    this.#moving = move;
    return done;
  }

  async #move(upstream: Upstream, token: string, open: OpenAt, isNewest: () => boolean): Promise<boolean> {
    const id = await (this.#opening && open(upstream, this.#opening));
    // Another one leads meanwhile, and the session is on its way there, or there already.
    if (!isNewest()) return false;
    this.upstream = upstream;
    this.token = token;
    this.#id = id ?? this.clientsId;
    this.#hasMoved = true;
    this.#isExpired = false;
    this.#line.startOver();
    return id !== undefined;
  }
}
