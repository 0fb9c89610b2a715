import { messageOf } from "../log.ts";
import { askHttp } from "./http-question.ts";

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

  /** Sends all of them the same, and waits a second at most. Never throws. */
  async tell(method: "POST" | "DELETE", path: string, body: object): Promise<Told> {
    const told = [...this.#peers].map(async ([name, peer]) => [name, await tellOne(peer, method, path, body)] as const);
    return Object.fromEntries(await Promise.all(told));
  }
}

async function tellOne({ url, token }: Peer, method: "POST" | "DELETE", path: string, body: object): Promise<string> {
  const headers = { "content-type": "application/json", ...(token !== undefined && { authorization: `Bearer ${token}` }) };
  try {
    const to = new URL(`/api/v1/failover${path}`, url);
    const { status } = await askHttp(to, { method, headers, body: JSON.stringify(body), signal: AbortSignal.timeout(TELL_MS) });
    return status < 300 ? "told" : `refused (HTTP ${status})`;
  } catch (error) {
    const { code } = error as { code?: unknown };
    return `not reached (${typeof code === "string" ? code : messageOf(error)})`;
  }
}
