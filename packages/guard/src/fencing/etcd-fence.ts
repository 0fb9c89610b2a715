import { OpsError } from "@mcp-ops/formats";
import { GUARD_ERROR } from "../codes.ts";
import { countingFenced } from "./fenced-writes.ts";
import { judgeToken, readToken } from "./judge-token.ts";

/** Digits of 2^63 - 1: with zeros in front, tokens compare as text as they do as numbers. */
const DIGITS = 19;

/** A transaction of etcd's JSON gateway (`POST /v3/kv/txn`). */
export interface EtcdTxn {
  readonly compare: readonly object[];
  readonly success: readonly object[];
  readonly failure: readonly object[];
}

/** What etcd answers to it, as far as it matters here. */
export interface EtcdTxnAnswer {
  readonly succeeded?: boolean;
  readonly responses?: readonly {
    readonly response_range?: { readonly kvs?: readonly { readonly value?: string }[] };
  }[];
}

/** Writes to etcd under a key that holds the highest token: check and writes are one transaction. */
export interface EtcdFence {
  /** Makes the key where it is not. Once, before the first write. */
  readonly create: EtcdTxn;
  /** The writes (`requestPut`, `requestDeleteRange`), done only while no newer token has written. */
  guarded(token: unknown, writes: readonly object[]): EtcdTxn;
  /** @throws OpsError `GUARD_FENCED_STALE` when the answer says that a newer token has. */
  check(token: unknown, answer: EtcdTxnAnswer): void;
}

/** A transaction cannot reckon, so that here the jump of a token is not bounded. */
export function etcdFence(key: string): EtcdFence {
  const name = base64(key);
  const put = (token: bigint) => ({ requestPut: { key: name, value: base64(padded(token)) } });
  return {
    create: {
      compare: [{ key: name, target: "CREATE", result: "EQUAL", createRevision: "0" }],
      success: [put(0n)],
      failure: [],
    },
    guarded(given, writes) {
      const token = countingFenced("etcd", () => readToken(given));
      return {
        compare: [{ key: name, target: "VALUE", result: "LESS", value: base64(padded(token + 1n)) }],
        success: [put(token), ...writes],
        failure: [{ requestRange: { key: name } }],
      };
    },
    check(given, { succeeded, responses }) {
      if (succeeded === true) return;
      const found = responses?.[0]?.response_range?.kvs?.[0]?.value;
      if (found === undefined) throw missing(key);
      const highest = BigInt(Buffer.from(found, "base64").toString());
      countingFenced("etcd", () => judgeToken(readToken(given), highest));
    },
  };
}

function padded(token: bigint): string {
  return String(token).padStart(DIGITS, "0");
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

function missing(key: string): OpsError {
  const message = `There is no key ${key} in etcd, so that nobody can tell which token is stale. Run the transaction create once before the first write.`;
  return new OpsError(GUARD_ERROR.fenceMissing, message);
}
