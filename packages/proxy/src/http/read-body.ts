import type { IncomingMessage } from "node:http";
import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate, zstdDecompress } from "node:zlib";
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
  const charset = /charset\s*=\s*"?([^\s";]+)/i.exec(headers["content-type"] ?? "")?.[1]?.toLowerCase();
  if (charset !== undefined && !["utf-8", "utf8", "us-ascii", "ascii"].includes(charset)) {
    return looksLikeText(headers)
      ? { httpStatus: 415, message: `This proxy reads UTF-8, not ${charset}.` }
      : { bytes, json: undefined };
  }
  if (encoding === "identity" || encoding === "") return { bytes, json: jsonIn(bytes) };
  const decode = Object.hasOwn(DECODERS, encoding) ? DECODERS[encoding as keyof typeof DECODERS] : undefined;
  if (decode === undefined)
    return { httpStatus: 415, message: `This proxy cannot read the content encoding ${encoding}.` };
  return decode(bytes, { maxOutputLength: maxBytes }).then(
    (decoded) => ({ bytes, json: jsonIn(decoded) }),
    () => ({
      httpStatus: 400,
      message: `The body is not what its content encoding says, or is longer than ${maxBytes} bytes.`,
    }),
  );
}

export function isRefused(read: object): read is Refused {
  return "httpStatus" in read;
}

function looksLikeText(headers: IncomingMessage["headers"]): boolean {
  return /json|text|\*/i.test(headers["content-type"] ?? "json");
}

function jsonIn(bytes: Buffer): unknown {
  const first = bytes[0];
  // Most bodies that are no JSON show it at once: a form, a file.
  if (first === undefined || (first > 0x40 && first !== 0x5b && first !== 0x7b && first !== 0xef)) return undefined;
  try {
    return JSON.parse(bytes[0] === 0xef ? new TextDecoder().decode(bytes) : bytes.toString());
  } catch {
    return undefined;
  }
}
