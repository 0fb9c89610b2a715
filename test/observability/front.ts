import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { vi } from "vitest";
import { freePort } from "../fixtures/free-port.ts";
import { House } from "../sidecar/house.ts";
import { call, connect } from "./client.ts";
import type { DemoNode } from "./demo.ts";

const COMMAND = fileURLToPath(new URL("../../packages/cli/bin/mcp-ops.js", import.meta.url));
const REST_MS = 100;
const PATIENCE = { timeout: 60_000, interval: 50 };

/** `mcp-ops proxy --follow` in front of the demo's pair, and a client that books through it. */
export class Front implements AsyncDisposable {
  readonly #house = new House();
  readonly #over = new AbortController();
  #booked: Promise<void> = Promise.resolve();
  /** Its ops endpoint, as `host:port`. */
  readonly ops: string;

  private constructor(port: number) {
    this.ops = `127.0.0.1:${port}`;
  }

  static async open(nodes: readonly DemoNode[]): Promise<Front> {
    await using rest = new AsyncDisposableStack();
    const front = rest.use(new Front(await freePort()));
    const follow = nodes.flatMap(({ name, server, probes }) => ["--follow", `${name}=${server},http://${probes}`]);
    const options = ["--listen", "0", "--ops-listen", front.ops, "--json"];
    const proxy = front.#house.running([COMMAND, "proxy", ...follow, ...options]);
    // It asks the agents first, which have only just been started.
    const line = await vi.waitFor(() => proxy.out[0] ?? unsaid(proxy.err), PATIENCE);
    const { url } = JSON.parse(line) as { url: string };
    front.#booked = front.#book(new URL("/mcp", url).href);
    rest.move();
    return front;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    await this.#house[Symbol.asyncDispose]();
    await this.#booked;
  }

  /** Calls that fail are among what is to be seen. */
  async #book(url: string): Promise<void> {
    const { signal } = this.#over;
    while (!signal.aborted) {
      const client = await connect(url).catch(() => undefined);
      while (client !== undefined && (await call(client, "book", signal))) {
        await pause(REST_MS, undefined, { signal }).catch(() => {});
      }
      await client?.close().catch(() => {});
      await pause(REST_MS, undefined, { signal }).catch(() => {});
    }
  }
}

function unsaid(complaints: readonly string[]): never {
  throw new Error(`The proxy does not listen: ${complaints.join("\n")}`);
}
