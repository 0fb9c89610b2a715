import { hash } from "node:crypto";

/**
 * One record is one line: a JSON object that ends with `,"hash":"<64 hex digits>"}`. Its hash is the SHA-256 of the very bytes
 * of the line with that ending replaced by `}`. As every record holds the hash of the one before (`prev`), each hash covers all history.
 */
const HASH_ENDING = /,"hash":"([0-9a-f]{64})"\}$/;
const HASH_ENDING_BYTES = 75;

/**
 * A signed record has `,"signature":"<base64>"` before its hash: Ed25519 over the bytes of the line before that, closed by `}`.
 * So the signature covers the record itself and, through `prev`, everything before it.
 */
const SIGNATURE_ENDING = /,"signature":"([A-Za-z0-9+/]{86}==)"$/;

export type Sign = (bytes: Uint8Array) => string;

export interface Sealed {
  readonly line: string;
  readonly hash: string;
}

/** Closes a record with its signature, if there is to be one, and its hash. */
export function seal(record: object, sign?: Sign): Sealed {
  let open = JSON.stringify(record).slice(0, -1);
  if (sign !== undefined) open += `,"signature":"${sign(Buffer.from(`${open}}`))}"`;
  const digest = hash("sha256", `${open}}`, "hex");
  return { line: `${open},"hash":"${digest}"}\n`, hash: digest };
}

export interface Opened {
  readonly record: Readonly<Record<string, unknown>>;
  /** The hash that the line says it has. */
  readonly stated: string;
  /** The hash that it has. */
  readonly actual: string;
  readonly signature: { readonly value: string; readonly over: Uint8Array } | undefined;
}

/** Reads a line without its newline; undefined when it is none of ours. */
export function open(bytes: Buffer): Opened | undefined {
  const ending = HASH_ENDING.exec(bytes.subarray(-HASH_ENDING_BYTES).toString("latin1"));
  const record = parse(bytes);
  if (ending === null || record === undefined) return undefined;
  const body = bytes.subarray(0, -HASH_ENDING_BYTES);
  const signature = SIGNATURE_ENDING.exec(body.subarray(-106).toString("latin1"));
  return {
    record,
    stated: ending[1] as string,
    actual: hash("sha256", closed(body), "hex"),
    signature:
      signature === null
        ? undefined
        : { value: signature[1] as string, over: closed(body.subarray(0, -signature[0].length)) },
  };
}

function closed(body: Uint8Array): Uint8Array {
  return Buffer.concat([body, BRACE]);
}

const BRACE = Buffer.from("}");

function parse(bytes: Buffer): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString("utf8"));
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
