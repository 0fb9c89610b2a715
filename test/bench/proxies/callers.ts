import { Pool } from "undici";
import { call, greeting, request as requestLine } from "../../fixtures/script.ts";

const HEADERS = {
  "content-type": "application/json",
  accept: "application/json, text/event-stream",
  "mcp-protocol-version": "2025-11-25",
};

/** Callers so light that what they call is what is waited for. */
export class Callers {
  readonly #pool: Pool;
  #session: string | undefined;
  #lastId = 0;

  static async at(url: string): Promise<Callers> {
    const callers = new Callers(url);
    for (const { send } of greeting({ era: "legacy" })) await callers.#post(send);
    return callers;
  }

  private constructor(url: string) {
    this.#pool = new Pool(new URL(url).origin, { connections: 64, pipelining: 1 });
  }

  /** How long each of so many calls took, in milliseconds, `atOnce` of them under way all the time; and how long all did. */
  async run(calls: number, atOnce: number): Promise<{ readonly each: number[]; readonly allMs: number }> {
    const each: number[] = [];
    const startedAt = performance.now();
    const caller = async () => {
      while (each.length + atOnce <= calls) {
        const from = performance.now();
        await this.#post(requestLine(call("add", { a: 1, b: 2 }), "legacy", ++this.#lastId).send);
        each.push(performance.now() - from);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, caller));
    return { each, allMs: performance.now() - startedAt };
  }

  close(): Promise<void> {
    return this.#pool.destroy();
  }

  #post(body: string): Promise<void> {
    const session = this.#session === undefined ? {} : { "mcp-session-id": this.#session };
    return new Promise((resolve, reject) => {
      let status = 0;
      this.#pool.dispatch(
        { method: "POST", path: "/mcp", body, headers: { ...HEADERS, ...session } },
        {
          onRequestStart() {},
          onResponseStart: (_controller, code, headers) => {
            status = code;
            this.#session ??= headers["mcp-session-id"] as string | undefined;
          },
          onResponseData() {},
          onResponseEnd: () => (status < 300 ? resolve() : reject(new Error(`HTTP ${status} to ${body}`))),
          onResponseError: (_controller, error) => reject(error),
        },
      );
    });
  }
}
