import { z } from "zod";
import { askForBytes, askHttp, type HttpQuestion, type HttpReply } from "../http-question.ts";
import { type AdminReply, API } from "../listeners/admin-route.ts";
import { messageOf } from "../log.ts";
import { MEANINGS } from "./answers.ts";
import type { Order } from "./orders.ts";

/** Another node as this one can reach it. */
export interface Peer {
  readonly url: string;
  readonly token: string | undefined;
  /** Who signed its certificate, PEM. */
  readonly ca: string | undefined;
  readonly serverUrl: string | undefined;
}

/** What came of telling a peer something. */
export type Told = Readonly<Record<string, "told" | (string & {})>>;

/** What came of passing a wish on. */
export type Passed =
  | { readonly reply: AdminReply; readonly trouble?: never }
  | { readonly reply?: never; readonly trouble: string };

/** As much of another node's view as is needed here. It comes over the network. */
const SHOWN = z.object({
  role: z.string().optional(),
  reasons: z.array(z.string().max(40)).max(20).optional(),
  trouble: z.string().max(400).optional(),
});
const REFUSED = "refused";
/** It is there, and says nothing to this node: no token, a wrong one, or too many of them. */
const UNTOLD = /HTTP 4(?:01|03|29)\)$/;
/** They do not hold for a candidate. */
const PASSING: ReadonlySet<string> = new Set(["cool-down", "head-start"]);

/** A courtesy must not keep anybody waiting. */
const TELL_MS = 1_000;
/** Whether one may lead is asked before anything is done: who is a little slow may well be fit. */
const FITNESS_MS = 3_000;
/** Longer than the other node waits for its own answer. */
const PASS_MS = 8_000;

/** The other nodes of the group. What they are told makes things quicker; nothing depends on it. */
export class Peers {
  readonly #peers: ReadonlyMap<string, Peer>;

  constructor(peers: ReadonlyMap<string, Peer>) {
    this.#peers = peers;
  }

  get names(): readonly string[] {
    return [...this.#peers.keys()];
  }

  /** Undefined when there is none of this name. */
  peer(node: string): Peer | undefined {
    return this.#peers.get(node);
  }

  serverUrl(node: string): string | undefined {
    return this.#peers.get(node)?.serverUrl;
  }

  /** What each of them shows of itself, or why it does not. Waits a second at most, and never throws. */
  async views(): Promise<Readonly<Record<string, object>>> {
    const shown = [...this.#peers].map(async ([name, peer]) => [name, await viewOf(peer)] as const);
    return Object.fromEntries(await Promise.all(shown));
  }

  /** Why a node cannot take the lead; undefined when it can, and when it does not say so to this node. */
  async obstacleOf(node: string): Promise<string | undefined> {
    const peer = this.#peers.get(node);
    if (peer === undefined) return `${node} is none of failover.peers (${this.names.join(", ")})`;
    const { reasons = [], trouble = "", role } = SHOWN.safeParse(await viewOf(peer, FITNESS_MS)).data ?? {};
    if (role === undefined) return UNTOLD.test(trouble) ? undefined : `${node} cannot be asked: ${trouble}`;
    const lasting = reasons.filter((reason) => !PASSING.has(reason));
    return lasting.length === 0 ? undefined : `${node} may not lead now: ${lasting.join(", ")}`;
  }

  /** As it says itself; undefined when it does not. */
  async roleOf(node: string): Promise<string | undefined> {
    const peer = this.#peers.get(node);
    return peer && SHOWN.safeParse(await viewOf(peer)).data?.role;
  }

  /** Passes a wish on to the node that can do it, and gives its answer; undefined when none of that name is known. */
  async pass(
    to: string,
    method: "POST" | "DELETE",
    path: string,
    wish: object,
    { id, dryRun }: Order,
  ): Promise<Passed | undefined> {
    const peer = this.#peers.get(to);
    if (peer === undefined) return undefined;
    const query = `?passedOn=1${dryRun ? "&dryRun=1" : ""}`;
    try {
      const { status, text } = await askPeer(peer, method, path + query, wish, { "x-request-id": id }, PASS_MS);
      if (isOfApi(status)) return { reply: { status, body: JSON.parse(text) as object } };
      const why = [401, 403, 429].includes(status) ? `: see that failover.peers.${to}.token is the one it wants` : "";
      return { trouble: `${to} has ${REFUSED} this node (HTTP ${status})${why}` };
    } catch (error) {
      return { trouble: `${to} is ${notReached(error)}` };
    }
  }

  /** Sends all of them the same, and waits a second at most. Never throws. */
  async tell(method: "POST" | "DELETE", path: string, body: object): Promise<Told> {
    const told = [...this.#peers].map(async ([name, peer]) => [name, await tellOne(peer, method, path, body)] as const);
    return Object.fromEntries(await Promise.all(told));
  }
}

async function viewOf(peer: Peer, timeoutMs: number = TELL_MS): Promise<object> {
  try {
    const { status, text } = await askPeer(peer, "GET", "", undefined, {}, timeoutMs);
    return status === 200 ? { ...(JSON.parse(text) as object) } : { trouble: `${REFUSED} (HTTP ${status})` };
  } catch (error) {
    return { trouble: notReached(error) };
  }
}

/** Other statuses are about how this node has asked, and would be taken for what its own client did. */
function isOfApi(status: number): status is AdminReply["status"] {
  return status < 300 || String(status) in MEANINGS;
}

async function tellOne(peer: Peer, method: "POST" | "DELETE", path: string, body: object): Promise<string> {
  try {
    const { status } = await askPeer(peer, method, path, body);
    return status < 300 ? "told" : `${REFUSED} (HTTP ${status})`;
  } catch (error) {
    return notReached(error);
  }
}

/** A question to the admin API of a peer. */
interface PeerQuestion {
  readonly method: "GET" | "POST" | "DELETE";
  /** Under `/api/v1`. */
  readonly path: string;
  readonly body: object | undefined;
  readonly signal: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Its answer, of `most` bytes. */
export function askPeerForBytes(
  peer: Peer,
  { most, ...question }: PeerQuestion & { readonly most: number },
): Promise<{ readonly status: number; readonly body: Buffer }> {
  return askForBytes(new URL(API + question.path, peer.url), questionTo(peer, question), most);
}

function questionTo({ token, ca }: Peer, { method, body, signal, headers }: PeerQuestion): HttpQuestion {
  const shown = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return {
    method,
    headers: { "content-type": "application/json", ...shown, ...headers },
    signal,
    tls: ca === undefined ? undefined : { ca },
    ...(body && { body: JSON.stringify(body) }),
  };
}

function askPeer(
  peer: Peer,
  method: "GET" | "POST" | "DELETE",
  path: string,
  body: object | undefined,
  headers: Readonly<Record<string, string>> = {},
  timeoutMs: number = TELL_MS,
): Promise<HttpReply> {
  const signal = AbortSignal.timeout(timeoutMs);
  const to = new URL(`${API}/failover${path}`, peer.url);
  return askHttp(to, questionTo(peer, { method, path, body, signal, headers }));
}

function notReached(error: unknown): string {
  const { code } = error as { code?: unknown };
  return `not reached (${typeof code === "string" ? code : messageOf(error)})`;
}
