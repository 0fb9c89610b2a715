import type { IncomingMessage } from "node:http";
import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate, zstdDecompress } from "node:zlib";
import { liberalJson } from "@mcp-ops/tap";
import type { Refused } from "./refused.ts";

/** A body as it came, and what stands in it. */
export interface Body {
  readonly bytes: Buffer;
  /** The JSON in it; undefined where it holds none. */
  readonly json: unknown;
}

const DECODERS = {
  gzip: promisify(gunzip),
  "x-gzip": promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
  zstd: promisify(zstdDecompress),
} as const;

/** Collects a body up to a length in bytes. `done` is not called where the client goes away in the middle. */
export function collectBody(request: IncomingMessage, maxBytes: number, done: (bytes: Buffer | Refused) => void): void {
  const tooLong = {
    httpStatus: 413,
    message: `The request is longer than the ${maxBytes} bytes this proxy takes.`,
  } as const;
  if (Number(request.headers["content-length"] ?? 0) > maxBytes) return done(tooLong);
  let chunks: Buffer[] = [];
  let bytes = 0;
  request.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > maxBytes) chunks = [];
    else chunks.push(chunk);
    if (bytes > maxBytes && bytes - chunk.length <= maxBytes) done(tooLong);
  });
  request.on("end", () => {
    if (bytes <= maxBytes) done(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, bytes));
  });
}

/**
 * Reads the JSON of a body, whatever its content type claims: a server might read it all the same. Encodings are decoded to be
 * read; one that cannot be decoded is refused, because what is in it would pass every gate unseen.
 */
export function readBody(
  bytes: Buffer,
  headers: IncomingMessage["headers"],
  maxBytes: number,
): Body | Refused | Promise<Body | Refused> {
  const encoding = headers["content-encoding"]?.trim().toLowerCase() ?? "identity";
  const read = (decoded: Buffer) => foreignCharset(headers, decoded) ?? { bytes, json: liberalJson(decoded) };
  if (encoding === "identity" || encoding === "") return read(bytes);
  const decode = Object.hasOwn(DECODERS, encoding) ? DECODERS[encoding as keyof typeof DECODERS] : undefined;
  if (decode === undefined)
    return { httpStatus: 415, message: `This proxy cannot read the content encoding ${encoding}.` };
  return decode(bytes, { maxOutputLength: maxBytes }).then(read, () => ({
    httpStatus: 400,
    message: `The body is not what its content encoding says, or is longer than ${maxBytes} bytes.`,
  }));
}

export function isRefused(read: object): read is Refused {
  return "httpStatus" in read;
}

/** In a charset that is not read here, only what can be no JSON may pass: in many of them JSON looks as it does in ASCII. */
function foreignCharset(headers: IncomingMessage["headers"], bytes: Buffer): Refused | undefined {
  const charset = /charset\s*=\s*"?([^\s";]+)/i.exec(headers["content-type"] ?? "")?.[1]?.toLowerCase();
  if (charset === undefined || ["utf-8", "utf8", "us-ascii", "ascii"].includes(charset)) return undefined;
  const mayBeJson = /json|text|\*/i.test(headers["content-type"] ?? "json") || liberalJson(bytes) !== undefined;
  return mayBeJson ? { httpStatus: 415, message: `This proxy reads UTF-8, not ${charset}.` } : undefined;
}
