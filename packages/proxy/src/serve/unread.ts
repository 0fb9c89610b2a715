import type { ServerResponse } from "node:http";
import { jsonBytes } from "@mcp-ops/exchange";

/** So much may wait for a client that does not read; its messages are 64 MiB at most, too. */
export const MAX_UNREAD_BYTES: number = 64 * 1024 * 1024;

/** What has been said to a client and lies in front of its connections: the SDK's transport keeps it without a limit. */
export class Unread {
  readonly #responses = new Set<ServerResponse>();
  /** In the transport. */
  #bytes = 0;

  get isFull(): boolean {
    let bytes = this.#bytes;
    for (const { writableLength } of this.#responses) bytes += writableLength;
    return bytes > MAX_UNREAD_BYTES;
  }

  said(message: object): void {
    this.#bytes += jsonBytes(message);
  }

  /** What is written here has left the transport, which writes the next piece when the connection has taken this one. */
  watch(response: ServerResponse): void {
    this.#responses.add(response);
    const { write } = response;
    response.write = ((...args: Parameters<typeof write>) => {
      // Framing is written that nobody has said.
      this.#bytes = Math.max(0, this.#bytes - Buffer.byteLength(args[0] as string | Uint8Array));
      return write.apply(response, args);
    }) as typeof write;
    response.once("close", () => {
      this.#responses.delete(response);
      if (this.#responses.size === 0) this.#bytes = 0;
    });
  }

  /** Breaks every connection: only that frees what waits for them. */
  hangUp(): void {
    for (const response of this.#responses) response.destroy();
    this.#responses.clear();
    this.#bytes = 0;
  }
}
