import { OpsError } from "@mcp-ops/formats";
import { GUARD_ERROR } from "../codes.ts";
import { countingFenced } from "./fenced-writes.ts";
import { type JumpLimits, judgeToken, rangesBelow, readToken, type TokenRange } from "./judge-token.ts";

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
    readonly response_txn?: EtcdTxnAnswer;
  }[];
}

/** Writes to etcd under a key that holds the highest token: check and writes are one transaction. */
export interface EtcdFence {
  /** Makes the key where it is not. Once, before the first write. */
  readonly create: EtcdTxn;
  /** The writes (`requestPut`, `requestDeleteRange`), done only while no newer token has written. */
  guarded(token: unknown, writes: readonly object[]): EtcdTxn;
  /**
   * Returns when the writes were done.
   * @throws OpsError `GUARD_FENCED_STALE` when the answer says that a newer token has written, `GUARD_FENCED_JUMP` when this one lies further above the
   * highest than tokens grow, `GUARD_FENCE_MISSING` when it says neither
   */
  check(token: unknown, answer: EtcdTxnAnswer): void;
}

export function etcdFence(key: string, limits: JumpLimits = {}): EtcdFence {
  const name = base64(key);
  const put = (token: bigint) => ({ requestPut: { key: name, value: base64(padded(token)) } });
  const lies = (result: "LESS" | "GREATER", token: bigint) => ({
    key: name,
    target: "VALUE",
    result,
    value: base64(padded(token)),
  });
  const within = ({ from, to }: TokenRange) => [
    lies("LESS", to + 1n),
    ...(from > 0n ? [lies("GREATER", from - 1n)] : []),
  ];
  return {
    create: {
      compare: [{ key: name, target: "CREATE", result: "EQUAL", createRevision: "0" }],
      success: [put(0n)],
      failure: [],
    },
    guarded(given, writes) {
      const token = countingFenced("etcd", () => readToken(given));
      const success = [put(token), ...writes];
      // A transaction cannot say "or": what the first range does not admit is asked of the next one inside.
      let txn: EtcdTxn | undefined;
      for (const range of rangesBelow(token, limits).toReversed()) {
        const otherwise = txn === undefined ? { requestRange: { key: name } } : { requestTxn: txn };
        txn = { compare: within(range), success, failure: [otherwise] };
      }
      return txn as EtcdTxn;
    },
    check(given, answer) {
      const { succeeded, responses } = innermost(answer);
      if (succeeded === true) return;
      const found = responses?.[0]?.response_range;
      if (found === undefined) throw fault("That is no answer of etcd to the transaction. See what it says.");
      const highest = tokenIn(key, found.kvs?.[0]?.value);
      countingFenced("etcd", () => judgeToken(readToken(given), highest, limits));
      throw fault(
        `etcd did not do the writes, though ${highest} would let this token: it is not the one they were guarded with.`,
      );
    },
  };
}

/** The answer of the range that decided. */
function innermost(answer: EtcdTxnAnswer): EtcdTxnAnswer {
  const inside = answer.succeeded === true ? undefined : answer.responses?.[0]?.response_txn;
  return inside === undefined ? answer : innermost(inside);
}

function tokenIn(key: string, value: string | undefined): bigint {
  if (value === undefined) {
    throw fault(
      `There is no key ${key} in etcd, so that nobody can tell which token is stale. Run the transaction create once before the first write.`,
    );
  }
  const text = Buffer.from(value, "base64").toString();
  if (/^\d{19}$/.test(text)) return BigInt(text);
  throw fault(
    `The key ${key} in etcd holds no token. Write the highest one into it, with zeros in front up to ${DIGITS} digits.`,
  );
}

function padded(token: bigint): string {
  return String(token).padStart(DIGITS, "0");
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

function fault(message: string): OpsError {
  return new OpsError(GUARD_ERROR.fenceMissing, message);
}
