import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import { fileURLToPath } from "node:url";
import { legacyHeaders, modernHeaders } from "../carriers/wire-http.ts";
import { call, greeting, request as requestLine } from "../fixtures/script.ts";
import type { HttpServerName } from "./subjects.ts";

const SERVED = fileURLToPath(new URL("served.ts", import.meta.url));
const HEADERS = { "content-type": "application/json", accept: "application/json, text/event-stream" };

/** A child process that serves some variants of one server, each at a URL of its own. */
export class Served {
  readonly #child: ChildProcess;
  readonly urls: readonly string[];

  static async open(server: HttpServerName, variants: readonly string[]): Promise<Served> {
    const child = fork(SERVED, [server, ...variants], { execArgv: [] });
    const [urls] = (await once(child, "message")) as [string[]];
    return new Served(child, urls);
  }

  private constructor(child: ChildProcess, urls: readonly string[]) {
    this.#child = child;
    this.urls = urls;
  }

  /** CPU time of its main thread in microseconds. */
  async cpuUs(): Promise<number> {
    this.#child.send("cpu");
    const [us] = (await once(this.#child, "message")) as [number];
    return us;
  }

  async close(): Promise<void> {
    const ended = once(this.#child, "exit");
    this.#child.send("close");
    const [code] = await ended;
    if (code !== 0) throw new Error("A server of the bench ended badly: its own words are above.");
  }
}

/** Callers so light that the server is what is waited for. */
export class Load {
  readonly #url: string;
  readonly #era: "legacy" | "modern";
  readonly #agent: Agent;
  readonly #callers: number;
  #session: string | undefined;
  #lastId = 0;

  static async on(server: HttpServerName, url: string, callers: number): Promise<Load> {
    const load = new Load(url, server === "v2 http modern" ? "modern" : "legacy", callers);
    for (const { send } of greeting({ era: load.#era })) await load.#post(send);
    return load;
  }

  private constructor(url: string, era: "legacy" | "modern", callers: number) {
    this.#url = url;
    this.#era = era;
    this.#callers = callers;
    this.#agent = new Agent({ keepAlive: true, maxSockets: callers });
  }

  async run(calls: number): Promise<void> {
    let left = calls;
    const caller = async () => {
      while (left-- > 0) await this.#post(this.#nextCall());
    };
    await Promise.all(Array.from({ length: this.#callers }, caller));
  }

  close(): void {
    this.#agent.destroy();
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
