import { Agent, get, type IncomingMessage, type RequestOptions } from "node:http";
import { get as getSecurely, Agent as SecureAgent } from "node:https";
import { isAbsolute } from "node:path";
import { OpsError } from "@mcp-ops/formats";
import { GUARD_ERROR } from "../codes.ts";

/** A role document is some 300 bytes. */
const MAX_BYTES = 64 * 1024;

/** Asks one page of an agent, over one connection that is kept open; but for the first question it does not keep the process alive. */
export class AgentLine {
  readonly #options: RequestOptions;
  readonly #path: URL;
  readonly #isSecure: boolean;
  readonly #agent: Agent;
  #hasAnswered = false;

  /** @throws OpsError `GUARD_ROLE_ADDRESS` for an address that is neither a URL nor the path of a socket. */
  constructor(address: string) {
    const socketPath = socketIn(address);
    this.#path = socketPath === undefined ? urlIn(address) : new URL("http://localhost/role");
    this.#isSecure = this.#path.protocol === "https:";
    this.#agent = new (this.#isSecure ? SecureAgent : Agent)({ keepAlive: true, maxSockets: 1 });
    this.#options = { agent: this.#agent, ...(socketPath !== undefined && { socketPath }) };
  }

  /** Gives the body of a 200. Rejects when it does not come within `timeoutMs`, or anything else comes. */
  ask(query: Readonly<Record<string, string>>, timeoutMs: number): Promise<string> {
    const url = new URL(this.#path);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    return new Promise((resolve, reject) => {
      const options = { ...this.#options, signal: AbortSignal.timeout(timeoutMs) };
      const request = (this.#isSecure ? getSecurely : get)(url, options, (response) => {
        this.#hasAnswered = true;
        bodyOf(response).then(resolve, reject);
      });
      request.once("error", reject);
      // Whoever waits for the first answer must not end meanwhile; for the others nobody waits.
      if (this.#hasAnswered) request.once("socket", (socket) => socket.unref());
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

async function bodyOf(response: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of response as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > MAX_BYTES) throw new Error(`more than ${MAX_BYTES} bytes`);
    pieces.push(piece);
  }
  if (response.statusCode !== 200) throw new Error(`HTTP ${response.statusCode}`);
  return Buffer.concat(pieces).toString("utf8");
}

function socketIn(address: string): string | undefined {
  const path = address.replace(/^unix:/, "");
  return isAbsolute(path) ? path : undefined;
}

/** Without a path of its own, the page's usual one. */
function urlIn(address: string): URL {
  const url = URL.parse(address);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    const message = `The address of the role is ${JSON.stringify(address)}. Give the URL of the agent, such as http://127.0.0.1:9465/role, or the absolute path of its socket.`;
    throw new OpsError(GUARD_ERROR.roleAddress, message);
  }
  if (url.pathname === "/") url.pathname = "/role";
  return url;
}
