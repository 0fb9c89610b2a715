import { askHttp, type HttpReply } from "../http-question.ts";
import type { AdminReply } from "../listeners/admin-route.ts";
import { messageOf } from "../log.ts";
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

/** A courtesy must not keep anybody waiting. */
const TELL_MS = 1_000;
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

  serverUrl(node: string): string | undefined {
    return this.#peers.get(node)?.serverUrl;
  }

  /** What each of them shows of itself, or why it does not. Waits a second at most, and never throws. */
  async views(): Promise<Readonly<Record<string, object>>> {
    const shown = [...this.#peers].map(async ([name, peer]) => {
      const asked = askPeer(peer, "GET", "", undefined).then(({ status, text }) => {
        return status === 200 ? (JSON.parse(text) as object) : { trouble: `refused (HTTP ${status})` };
      });
      return [name, await asked.catch((error: unknown) => ({ trouble: notReached(error) }))] as const;
    });
    return Object.fromEntries(await Promise.all(shown));
  }

  /** Passes a wish for a switchover on to who leads, and gives its answer; undefined when that cannot be asked. */
  async pass(leader: string, wish: object, { id, dryRun }: Order): Promise<AdminReply | undefined> {
    const peer = this.#peers.get(leader);
    if (peer === undefined) return undefined;
    const path = `/switchover?passedOn=1${dryRun ? "&dryRun=1" : ""}`;
    try {
      const { status, text } = await askPeer(peer, "POST", path, wish, { "x-request-id": id }, PASS_MS);
      return { status: status as AdminReply["status"], body: JSON.parse(text) as object };
    } catch {
      return undefined;
    }
  }

  /** Sends all of them the same, and waits a second at most. Never throws. */
  async tell(method: "POST" | "DELETE", path: string, body: object): Promise<Told> {
    const told = [...this.#peers].map(async ([name, peer]) => [name, await tellOne(peer, method, path, body)] as const);
    return Object.fromEntries(await Promise.all(told));
  }
}

async function tellOne(peer: Peer, method: "POST" | "DELETE", path: string, body: object): Promise<string> {
  try {
    const { status } = await askPeer(peer, method, path, body);
    return status < 300 ? "told" : `refused (HTTP ${status})`;
  } catch (error) {
    return notReached(error);
  }
}

function askPeer(
  { url, token, ca }: Peer,
  method: "GET" | "POST" | "DELETE",
  path: string,
  body: object | undefined,
  more: Readonly<Record<string, string>> = {},
  timeoutMs: number = TELL_MS,
): Promise<HttpReply> {
  const shown = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const headers = { "content-type": "application/json", ...shown, ...more };
  const signal = AbortSignal.timeout(timeoutMs);
  const to = new URL(`/api/v1/failover${path}`, url);
  return askHttp(to, {
    method,
    headers,
    signal,
    tls: ca === undefined ? undefined : { ca },
    ...(body && { body: JSON.stringify(body) }),
  });
}

function notReached(error: unknown): string {
  const { code } = error as { code?: unknown };
  return `not reached (${typeof code === "string" ? code : messageOf(error)})`;
}
