import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { freePort } from "../fixtures/free-port.ts";
import type { House, Running } from "../sidecar/house.ts";
import { call, connect } from "./client.ts";

const COMMAND = fileURLToPath(new URL("../../packages/cli/bin/mcp-ops.js", import.meta.url));
const SERVER = new URL("fixtures/till-server.ts", import.meta.url);
/** So seldom somebody pays that a till which cannot take money fails few of its calls. */
const BROWSED_PER_PAID = 50;
const REST_MS = 5;

/** A server that knows nothing of mcp-ops, `mcp-ops proxy` in front of it, and a client that is never content. */
export class Till implements AsyncDisposable {
  readonly #house: House;
  readonly #port: number;
  readonly #over = new AbortController();
  #server: Running | undefined;
  #busy: Promise<void> = Promise.resolve();

  private constructor(house: House, port: number) {
    this.#house = house;
    this.#port = port;
  }

  /** It registers in the runtime folder of the house. */
  static async open(house: House, name: string): Promise<Till> {
    const till = new Till(house, await freePort());
    await till.start();
    const upstream = `http://127.0.0.1:${till.#port}/mcp`;
    const proxy = house.running([COMMAND, "proxy", "--upstream", upstream, "--listen", "0", "--name", name, "--json"]);
    const { url } = JSON.parse(await proxy.says()) as { url: string };
    till.#busy = till.#visit(new URL("/mcp", url).href);
    return till;
  }

  /** Starts the server, or starts it again. */
  async start(): Promise<void> {
    this.#server = await this.#house.child(SERVER, [String(this.#port)]);
  }

  /** Whether its tool `pay` works from now on. */
  says(word: "work" | "fail"): void {
    this.#server?.child.stdin?.write(`${word}\n`);
  }

  async kill(): Promise<void> {
    this.#server?.child.kill("SIGKILL");
    await this.#server?.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    await this.#busy;
  }

  async #visit(url: string): Promise<void> {
    const { signal } = this.#over;
    const client = await connect(url);
    for (let turn = 0; !signal.aborted; turn++) {
      await call(client, turn % BROWSED_PER_PAID === 0 ? "pay" : "browse", signal);
      await pause(REST_MS, undefined, { signal }).catch(() => {});
    }
    await client.close().catch(() => {});
  }
}
