import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import { fileURLToPath } from "node:url";
import { legacyHeaders, modernHeaders } from "../carriers/wire-http.ts";
import { call, greeting, request as requestLine } from "../fixtures/script.ts";
import { shuffled } from "./measure.ts";
import type { HttpServerName } from "./subjects.ts";
import type { Variant } from "./variants.ts";

const SERVED = fileURLToPath(new URL("served.ts", import.meta.url));
const CALLERS = 16;
const CALLS_PER_ROUND = 1000;
/** After 5 000 calls a server is still a tenth slower than after 25 000: so long the engine takes to optimise all of it. */
const WARM_UP_ROUNDS = 25;

/** Calls per second of each variant, round by round, each in a process of its own that 16 callers keep busy. */
export async function throughput(
  server: HttpServerName,
  variants: readonly Variant[],
  rounds: number,
): Promise<Readonly<Record<string, readonly number[]>>> {
  const loads = new Map<string, Load>();
  for (const { name } of variants) loads.set(name, await Load.on(server, name));
  const figures: Record<string, number[]> = Object.fromEntries(variants.map(({ name }) => [name, []]));
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
    for (const [name, load] of shuffled([...loads])) {
      const callsPerSecond = await load.run(CALLS_PER_ROUND);
      if (round >= 0) figures[name]?.push(callsPerSecond);
    }
  }
  for (const load of loads.values()) await load.close();
  return figures;
}

/** A server in a child process and callers so light that the server is what is waited for. */
class Load {
  readonly #child: ChildProcess;
  readonly #url: string;
  readonly #era: "legacy" | "modern";
  readonly #agent = new Agent({ keepAlive: true, maxSockets: CALLERS });
  #session: string | undefined;
  #lastId = 0;

  static async on(server: HttpServerName, variant: string): Promise<Load> {
    const child = fork(SERVED, [server, variant], { execArgv: [] });
    const [url] = (await once(child, "message")) as [string];
    const load = new Load(child, url, server === "v2 http modern" ? "modern" : "legacy");
    for (const { send } of greeting({ era: load.#era })) await load.#post(send);
    return load;
  }

  private constructor(child: ChildProcess, url: string, era: "legacy" | "modern") {
    this.#child = child;
    this.#url = url;
    this.#era = era;
  }

  async run(calls: number): Promise<number> {
    const startedAt = performance.now();
    let left = calls;
    const caller = async () => {
      while (left-- > 0) await this.#post(this.#nextCall());
    };
    await Promise.all(Array.from({ length: CALLERS }, caller));
    return (calls * 1000) / (performance.now() - startedAt);
  }

  async close(): Promise<void> {
    this.#agent.destroy();
    const ended = once(this.#child, "exit");
    this.#child.send("close");
    const [code] = await ended;
    if (code !== 0) throw new Error("A server of the bench ended badly: its own words are above.");
  }

  #nextCall(): string {
    return requestLine(call("add", { a: 1, b: 2 }), this.#era, ++this.#lastId).send;
  }

  async #post(body: string): Promise<void> {
    const own = this.#era === "modern" ? modernHeaders(body) : legacyHeaders(body);
    const session = this.#session === undefined ? {} : { "mcp-session-id": this.#session };
    const headers = { ...HEADERS, ...own, ...session, "content-length": Buffer.byteLength(body) };
    const posted = request(this.#url, { method: "POST", agent: this.#agent, headers });
    posted.end(body);
    const [response] = (await once(posted, "response")) as [IncomingMessage];
    response.resume();
    await once(response, "end");
    if ((response.statusCode ?? 500) >= 300) throw new Error(`The server said ${response.statusCode} to ${body}`);
    this.#session ??= response.headers["mcp-session-id"] as string | undefined;
  }
}

const HEADERS = { "content-type": "application/json", accept: "application/json, text/event-stream" };
