import type { Answer, Exchange, JsonObject } from "@mcp-ops/exchange";
import { isObject, SERVER_INFO_KEY } from "./results.ts";

/** Servers of one process; more would be a mistake elsewhere. */
const MAX_SERVERS = 100;

/** What servers say of themselves in the results that pass by. */
export class ServerIdentity {
  readonly #seen = new Map<string, JsonObject>();

  /** Reads `initialize` (legacy), or the `_meta` of any result (modern). */
  learn(exchange: Exchange, answer: Answer): void {
    if (!("result" in answer)) return;
    const { serverInfo, _meta } = answer.result;
    const said = isObject(serverInfo) ? serverInfo : isObject(_meta) ? _meta[SERVER_INFO_KEY] : undefined;
    if (!isObject(said) || typeof said.name !== "string" || typeof said.version !== "string") return;
    if (this.#seen.size < MAX_SERVERS || this.#seen.has(exchange.server)) this.#seen.set(exchange.server, said);
  }

  of(server: string): JsonObject | undefined {
    return this.#seen.get(server);
  }

  /** The first server that told: in most processes, the only one. */
  get first(): { readonly name: string; readonly version: string } | undefined {
    const said = this.#seen.values().next().value;
    return said === undefined ? undefined : { name: String(said.name), version: String(said.version) };
  }
}
