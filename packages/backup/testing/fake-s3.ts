import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

type Right = "read" | "write" | "delete";

interface Stored {
  readonly bytes: Buffer;
  readonly sha256: string;
}

interface Upload {
  readonly key: string;
  readonly parts: Map<number, Stored>;
}

/**
 * As much of Amazon's S3 as backups need, in memory, and as strict: bytes must come with their SHA-256 and match it, `If-None-Match: *` is
 * kept also when an upload in parts is finished, and each identity has its rights.
 */
export class FakeS3 implements AsyncDisposable {
  readonly objects: Map<string, Stored> = new Map();
  readonly uploads: Map<string, Upload> = new Map();
  /** What was asked, `PUT key`, in order. */
  readonly asked: string[] = [];
  /** What goes wrong with the next requests, one each: a status to answer, or "hang up", or "flip a bit" of what arrives. */
  readonly faults: (number | "hang up" | "flip a bit" | "nothing")[] = [];
  readonly #rights: Readonly<Record<string, readonly Right[]>>;
  readonly #server: Server;

  private constructor(rights: Readonly<Record<string, readonly Right[]>>) {
    this.#rights = rights;
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  static async open(rights: Readonly<Record<string, readonly Right[]>>): Promise<FakeS3> {
    const fake = new FakeS3(rights);
    fake.#server.listen(0, "127.0.0.1");
    await once(fake.#server, "listening");
    return fake;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const url = new URL(request.url ?? "/", "http://fake");
    const key = decodeURIComponent(url.pathname).split("/").slice(2).join("/");
    const method = request.method ?? "";
    this.asked.push(`${method} ${key}`);
    const fault = this.faults.shift();
    if (fault === "hang up") return void request.socket.destroy();
    if (fault === "flip a bit" && body.length > 0) body[0] = (body[0] ?? 0) ^ 1;
    const refused = typeof fault === "number" ? new Refusal(fault, "SlowDown") : this.#refusal(request, method);
    try {
      if (refused !== undefined) throw refused;
      this.#answer({ request, response, method, key, query: url.searchParams, body });
    } catch (error) {
      const { status, code } = error instanceof Refusal ? error : new Refusal(500, String(error));
      response.writeHead(status, { "content-type": "application/xml" });
      response.end(method === "HEAD" ? undefined : `<Error><Code>${code}</Code><Message>${code}</Message></Error>`);
    }
  }

  #refusal({ headers, url }: IncomingMessage, method: string): Refusal | undefined {
    const identity = /Credential=([^/]+)\//.exec(headers.authorization ?? "")?.[1] ?? "";
    const rights = this.#rights[identity];
    if (rights === undefined) return new Refusal(403, "InvalidAccessKeyId");
    // Dropping one's own unfinished upload is a part of writing (s3:AbortMultipartUpload).
    const needed = neededFor(url?.includes("uploadId=") ? "PUT" : method);
    return rights.includes(needed) ? undefined : new Refusal(403, "AccessDenied");
  }

  #answer(call: Call): void {
    const { method, query } = call;
    if (method === "GET" && query.has("list-type")) this.#list(call);
    else if (method === "GET" || method === "HEAD") this.#read(call);
    else if (method === "POST" && query.has("uploads")) this.#startParts(call);
    else if (method === "PUT" && query.has("partNumber")) this.#putPart(call);
    else if (method === "POST") this.#finishParts(call);
    else if (method === "PUT") this.#put(call);
    else this.#delete(call);
  }

  #put({ request, response, key, body }: Call): void {
    const stored = verified(request, body);
    this.#demandFree(request, key);
    this.objects.set(key, stored);
    response.writeHead(200, { etag: etag(stored) }).end();
  }

  #demandFree({ headers }: IncomingMessage, key: string): void {
    if (headers["if-none-match"] !== "*") throw new Refusal(400, "MissingIfNoneMatch");
    if (this.objects.has(key)) throw new Refusal(412, "PreconditionFailed");
  }

  #read({ request, response, method, key }: Call): void {
    const stored = this.objects.get(key);
    if (stored === undefined) throw new Refusal(404, "NoSuchKey");
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "") ?? [];
    const bytes = from === undefined ? stored.bytes : stored.bytes.subarray(Number(from), Number(to) + 1);
    const sum = request.headers["x-amz-checksum-mode"] === "ENABLED" ? { "x-amz-checksum-sha256": stored.sha256 } : {};
    response.writeHead(from === undefined ? 200 : 206, { "content-length": bytes.length, etag: etag(stored), ...sum });
    response.end(method === "HEAD" ? undefined : bytes);
  }

  /** Two a page, so that whoever lists must ask for the next one. */
  #list({ response, query }: Call): void {
    const prefix = query.get("prefix") ?? "";
    const after = query.get("continuation-token") ?? "";
    const keys = [...this.objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
    const page = keys.slice(0, 2).map((key) => `<Contents><Key>${key}</Key></Contents>`);
    const next = keys.length > 2 ? `<NextContinuationToken>${keys[1]}</NextContinuationToken>` : "";
    response.end(
      `<ListBucketResult>${page.join("")}<IsTruncated>${next !== ""}</IsTruncated>${next}</ListBucketResult>`,
    );
  }

  #startParts({ response, key }: Call): void {
    const id = randomBytes(6).toString("hex");
    this.uploads.set(id, { key, parts: new Map() });
    response.end(`<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`);
  }

  #putPart({ request, response, query, body }: Call): void {
    const stored = verified(request, body);
    this.#upload(query).parts.set(Number(query.get("partNumber")), stored);
    response.writeHead(200, { etag: etag(stored) }).end();
  }

  #finishParts({ request, response, key, query, body }: Call): void {
    const { parts } = this.#upload(query);
    const named = [...body.toString().matchAll(/<Part>(.*?)<\/Part>/gs)].map(([, part = ""]) => ({
      number: Number(inside(part, "PartNumber")),
      sha256: inside(part, "ChecksumSHA256"),
    }));
    const found = named.map(({ number, sha256 }) => {
      const part = parts.get(number);
      if (part === undefined || part.sha256 !== sha256) throw new Refusal(400, "InvalidPart");
      return part;
    });
    this.#demandFree(request, key);
    const sums = Buffer.concat(found.map(({ sha256 }) => Buffer.from(sha256, "base64")));
    this.objects.set(key, {
      bytes: Buffer.concat(found.map(({ bytes }) => bytes)),
      sha256: `${sumOf(sums)}-${found.length}`,
    });
    this.uploads.delete(query.get("uploadId") ?? "");
    response.end("<CompleteMultipartUploadResult></CompleteMultipartUploadResult>");
  }

  #upload(query: URLSearchParams): Upload {
    const upload = this.uploads.get(query.get("uploadId") ?? "");
    if (upload === undefined) throw new Refusal(404, "NoSuchUpload");
    return upload;
  }

  #delete({ response, key, query }: Call): void {
    const upload = query.get("uploadId");
    if (upload === null) this.objects.delete(key);
    else this.uploads.delete(upload);
    response.writeHead(204).end();
  }
}

interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly method: string;
  readonly key: string;
  readonly query: URLSearchParams;
  readonly body: Buffer;
}

class Refusal {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string) {
    this.status = status;
    this.code = code;
  }
}

function neededFor(method: string): Right {
  if (method === "DELETE") return "delete";
  return method === "GET" || method === "HEAD" ? "read" : "write";
}

function verified({ headers }: IncomingMessage, bytes: Buffer): Stored {
  const sha256 = headers["x-amz-checksum-sha256"];
  if (typeof sha256 !== "string") throw new Refusal(400, "MissingChecksum");
  if (sha256 !== sumOf(bytes)) throw new Refusal(400, "BadDigest");
  return { bytes, sha256 };
}

const sumOf = (bytes: Buffer) => createHash("sha256").update(bytes).digest("base64");
const etag = ({ sha256 }: Stored) => `"${Buffer.from(sha256).toString("hex").slice(0, 32)}"`;
const inside = (xml: string, tag: string) => new RegExp(`<${tag}>(.*?)</${tag}>`).exec(xml)?.[1] ?? "";
