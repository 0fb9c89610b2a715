import { askHttp, type HttpReply } from "../http-question.ts";
import { messageOf } from "../log.ts";

/** Another node as this one can reach it. */
export interface Peer {
  readonly url: string;
  readonly token: string | undefined;
  readonly serverUrl: string | undefined;
}

/** What came of telling a peer something. */
export type Told = Readonly<Record<string, "told" | (string & {})>>;

/** A courtesy must not keep anybody waiting. */
const TELL_MS = 1_000;

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
  { url, token }: Peer,
  method: "GET" | "POST" | "DELETE",
  path: string,
  body: object | undefined,
): Promise<HttpReply> {
  const headers = {
    "content-type": "application/json",
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  };
  const signal = AbortSignal.timeout(TELL_MS);
  return askHttp(new URL(`/api/v1/failover${path}`, url), {
    method,
    headers,
    signal,
    ...(body && { body: JSON.stringify(body) }),
  });
}

function notReached(error: unknown): string {
  const { code } = error as { code?: unknown };
  return `not reached (${typeof code === "string" ? code : messageOf(error)})`;
}
