import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** A bucket as the daemon sees it: it takes each object once, with its checksum, and tells what it has; or it refuses everything. */
export class Bucket implements AsyncDisposable {
  readonly #server = createServer((request, response) => void this.#answer(request, response));
  /** SHA-256 by key. */
  readonly #objects = new Map<string, string>();
  isClosed = false;

  async open(): Promise<this> {
    await once(this.#server.listen(0, "127.0.0.1"), "listening");
    return this;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get keys(): readonly string[] {
    return [...this.#objects.keys()];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const sha256 = createHash("sha256")
      .update(await buffer(request))
      .digest("base64");
    const { pathname, searchParams } = new URL(request.url ?? "/", this.endpoint);
    const key = pathname.split("/").slice(2).join("/");
    if (this.isClosed) response.writeHead(403).end("<Error><Code>AccessDenied</Code></Error>");
    else if (request.method === "GET") response.end(this.#list(searchParams.get("prefix") ?? ""));
    else if (request.method === "PUT") response.writeHead(this.#take(request, key, sha256)).end();
    else response.writeHead(this.#objects.has(key) ? 200 : 404).end();
  }

  #list(prefix: string): string {
    const found = this.keys.filter((key) => key.startsWith(prefix)).toSorted();
    return `<ListBucketResult>${found.map((key) => `<Contents><Key>${key}</Key></Contents>`).join("")}</ListBucketResult>`;
  }

  #take({ headers }: IncomingMessage, key: string, sha256: string): number {
    if (headers["x-amz-checksum-sha256"] !== sha256) return 400;
    if (headers["if-none-match"] !== "*" || this.#objects.has(key)) return 412;
    this.#objects.set(key, sha256);
    return 200;
  }
}
