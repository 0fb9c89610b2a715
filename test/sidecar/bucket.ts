import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** A bucket as the daemon and the command see it: it takes each object once, with its checksum, and gives it back; or it refuses everything. */
export class Bucket implements AsyncDisposable {
  readonly #server = createServer((request, response) => void this.#answer(request, response));
  /** By key. A test may put in what a stranger would. */
  readonly objects: Map<string, Buffer> = new Map();
  isClosed = false;

  async open(): Promise<this> {
    await once(this.#server.listen(0, "127.0.0.1"), "listening");
    return this;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get keys(): readonly string[] {
    return [...this.objects.keys()];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const { pathname, searchParams } = new URL(request.url ?? "/", this.endpoint);
    const key = pathname.split("/").slice(2).join("/");
    if (this.isClosed) response.writeHead(403).end("<Error><Code>AccessDenied</Code></Error>");
    else if (searchParams.has("list-type")) response.end(this.#list(searchParams.get("prefix") ?? ""));
    else if (request.method === "PUT") response.writeHead(this.#take(request, key, body)).end();
    else if (request.method === "GET") response.writeHead(this.objects.has(key) ? 200 : 404).end(this.objects.get(key));
    else response.writeHead(this.objects.has(key) ? 200 : 404).end();
  }

  #list(prefix: string): string {
    const found = this.keys.filter((key) => key.startsWith(prefix)).toSorted();
    return `<ListBucketResult>${found.map((key) => `<Contents><Key>${key}</Key></Contents>`).join("")}</ListBucketResult>`;
  }

  #take({ headers }: IncomingMessage, key: string, body: Buffer): number {
    const sha256 = createHash("sha256").update(body).digest("base64");
    if (headers["x-amz-checksum-sha256"] !== sha256) return 400;
    if (headers["if-none-match"] !== "*" || this.objects.has(key)) return 412;
    this.objects.set(key, body);
    return 200;
  }
}
