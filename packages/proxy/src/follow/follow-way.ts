import { OPS_RPC, type TurnedAwayFor } from "@mcp-ops/formats";
import type { HttpLine, Message } from "@mcp-ops/tap";
import type { Upstream } from "../http/upstreams.ts";
import { type InSession, messagesOf, type Traveller, type Way } from "../http/way.ts";
import type { Following } from "./following.ts";
import { MovingSession } from "./moving-session.ts";
import { openSession } from "./open-session.ts";
import type { Guest } from "./waiting-room.ts";

/** When asking again makes sense for whom has been turned away, in milliseconds. */
const RETRY_AFTER_MS = 1000;
/** A server that breaks every stream must not be asked without a pause. */
const REOPEN_AFTER_MS = 100;
const WHY: Readonly<Record<TurnedAwayFor, string>> = {
  time: "No server of this group leads now, and none has for as long as this proxy holds a request.",
  room: "No server of this group leads now, and this proxy holds as many requests as it may.",
};
const AS_IT_IS: InSession = {};

/** The way of one request to whoever leads. It is held while nobody does; it is sent again only where nothing of it has been done. */
export class FollowWay implements Way, Guest {
  readonly #traveller: Traveller;
  readonly #all: Following;
  /** It goes with calls that are under way, or ends them: it is not for another node than theirs. */
  readonly #belongs: boolean;
  #at: Upstream | undefined;
  /** The id under which its session was named when it was sent. */
  #sentAs: string | undefined;
  /** Since when it has no answer, and looks for somebody to give one. */
  #lookingSince: number | undefined;
  #isHeld = false;
  #isOpen = false;
  #isOver = false;
  /** Counts: what comes of a search when another has begun is nobody's. */
  #searches = 0;

  constructor(traveller: Traveller, all: Following) {
    this.#traveller = traveller;
    this.#all = all;
    const isPost = traveller.json !== undefined;
    this.#belongs = isPost ? !messagesOf(traveller.json).some(isRequest) : traveller.request.method === "DELETE";
    if (traveller.listens) all.listeners.add(this);
  }

  get bodyBytes(): number {
    return this.#traveller.bodyBytes;
  }

  find(): void {
    if (this.#isOver) return;
    this.#searches++;
    this.#all.movers.delete(this);
    const home = this.#home();
    if (home !== undefined) return this.#go(home);
    const { leading } = this.#all.follower;
    if (leading === undefined) return this.#wait();
    const { upstream } = leading.node;
    const session = this.#session();
    if (session !== undefined && !session.isAt(upstream)) return this.#move(session, upstream, leading.token);
    session?.stay();
    this.#go(upstream);
  }

  aside(): Upstream | undefined {
    return this.#home() ?? this.#session()?.upstream ?? this.#all.follower.leading?.node.upstream;
  }

  inSession(): InSession {
    const session = this.#session();
    if (session === undefined) return AS_IT_IS;
    const lastEventId = this.#traveller.request.headers["last-event-id"] as string | undefined;
    return { sessionId: session.id, dropsLastEventId: session.isForeign(lastEventId) };
  }

  clientsSessionId(): string | undefined {
    return this.#session()?.clientsId;
  }

  arrived(upstream: Upstream): void {
    const { line, json, listens } = this.#traveller;
    this.#lookingSince = undefined;
    this.#isHeld = false;
    if (listens && !this.#isOpen) this.#isOpen = true;
    if (line === undefined) return;
    if (line.line.transport === "sse") this.#all.fixed.set(line, upstream);
    else if (line.sessionId !== undefined) this.#remember(line, line.sessionId, json, upstream);
  }

  unsent(upstream: Upstream): boolean {
    this.#all.follower.doubt(upstream);
    if (this.#home() !== undefined) return false;
    this.find();
    return true;
  }

  /** One connection that broke says nothing about the server: if it is gone, the next request finds nobody there. */
  lost(): boolean {
    if (this.#traveller.listens && this.#home() === undefined) return this.#looksAgain();
    if (messagesOf(this.#traveller.json).some(isRequest)) this.#all.counts.lost++;
    return false;
  }

  mayReturn(status: number): boolean {
    return this.#home() === undefined && (status === 503 || (status === 404 && this.#mayBeUnknown()));
  }

  returned(status: number, body: Buffer): boolean {
    if (this.#at === undefined || this.#leftMs() <= 0 || (status === 503 && !isRefusal(body))) return false;
    this.#all.counts.sentAgain++;
    if (status === 503) this.#all.follower.doubt(this.#at);
    else if (this.#isOfAnotherReign()) this.#session()?.expire();
    this.find();
    return true;
  }

  over(): void {
    this.#isOver = true;
    this.#all.room.leave(this);
    this.#all.movers.delete(this);
    this.#all.listeners.delete(this);
  }

  enter(): void {
    this.find();
  }

  turnAway(): void {
    this.#turnAway("time");
  }

  /** Another node leads: what listens goes there, too. */
  follow(leader: Upstream): void {
    if (this.#at === undefined || this.#at === leader) return;
    this.#traveller.leave();
    if (this.#home() !== undefined) return this.#traveller.fail(502, "The server behind this proxy has changed.");
    this.#at = undefined;
    this.find();
  }

  #go(upstream: Upstream): void {
    if (this.#isOpen) this.#all.counts.reopenedStreams++;
    this.#at = upstream;
    this.#sentAs = this.#session()?.id;
    this.#traveller.go(upstream);
  }

  /** A page that ends every server it is asked of must not end one after the other for ever. */
  #looksAgain(): boolean {
    this.#lookingSince ??= performance.now();
    if (this.#leftMs() <= 0) return false;
    setTimeout(() => this.find(), REOPEN_AFTER_MS).unref();
    return true;
  }

  #wait(): void {
    this.#at = undefined;
    if (!this.#isHeld) this.#all.counts.heldRequests++;
    this.#isHeld = true;
    this.#lookingSince ??= performance.now();
    if (!this.#all.room.admit(this, Math.max(0, this.#leftMs()))) this.#turnAway("room");
  }

  #leftMs(): number {
    const since = this.#lookingSince ?? performance.now();
    return since + this.#all.holdMs - performance.now();
  }

  #turnAway(why: TurnedAwayFor): void {
    this.#all.counts.turnedAway[why]++;
    this.#traveller.fail(503, `${WHY[why]} Nothing has been done: ask again.`, RETRY_AFTER_MS);
  }

  #move(session: MovingSession, upstream: Upstream, token: string): void {
    const { request } = this.#traveller;
    const { counts, follower } = this.#all;
    const host = this.#all.rewriteHost ? upstream.url.host : undefined;
    const opening = { upstream, path: request.url ?? "/", rawHeaders: request.rawHeaders, host };
    const open = async (_: Upstream, initialize: Message) => {
      const id = await openSession(opening, initialize);
      if (id !== undefined) counts.movedSessions++;
      return id;
    };
    const search = this.#searches;
    const goOn = () => {
      if (search === this.#searches) this.find();
    };
    this.#all.movers.add(this);
    session.moveTo(upstream, token, open).then(goOn, () => {
      follower.doubt(upstream);
      goOn();
    });
  }

  /** Where it must go, whoever leads. */
  #home(): Upstream | undefined {
    const { line } = this.#traveller;
    if (line === undefined) return undefined;
    return this.#all.fixed.get(line) ?? (this.#belongs ? this.#all.sessions.get(line)?.upstream : undefined);
  }

  #session(): MovingSession | undefined {
    const { line } = this.#traveller;
    return line === undefined ? undefined : this.#all.sessions.get(line);
  }

  /** A session that its server does not know, for all that is known here: nothing of the request has been done (spec 2025-11-25: transports, 404). */
  #mayBeUnknown(): boolean {
    const session = this.#session();
    return session !== undefined && (this.#isOfAnotherReign() || session.id !== this.#sentAs);
  }

  /** The server may have been started again since the session was opened there. */
  #isOfAnotherReign(): boolean {
    const session = this.#session();
    const { leading } = this.#all.follower;
    return session !== undefined && leading !== undefined && session.token !== leading.token;
  }

  #remember(line: HttpLine, sessionId: string, json: unknown, upstream: Upstream): void {
    const opening = messagesOf(json).find(({ method }) => method === "initialize");
    if (opening === undefined || this.#all.sessions.has(line)) return;
    const token = this.#all.follower.leading?.token;
    this.#all.sessions.set(line, new MovingSession(line, sessionId, opening as Message, upstream, token));
  }
}

function isRequest(message: Partial<Message>): boolean {
  return typeof message.method === "string" && message.id !== undefined;
}

/** A role gate of ours has refused everything in the request, before any of it was done. */
function isRefusal(body: Buffer): boolean {
  try {
    const answers = messagesOf(JSON.parse(body.toString("utf8")));
    return answers.length > 0 && answers.every(({ error }) => codeOf(error) === OPS_RPC.notPrimary);
  } catch {
    return false;
  }
}

function codeOf(error: unknown): unknown {
  return typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
}
