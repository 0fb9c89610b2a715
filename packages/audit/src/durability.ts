import { type Exchange, type Gate, type Outcome, PASS, type Pass } from "@mcp-ops/exchange";
import { OPS_RPC } from "@mcp-ops/formats";
import type { RecordQueue } from "./queue.ts";
import type { Recorder } from "./recorder.ts";

/** Questions that touch no data: a client may still connect, and then reads why its calls are refused. */
const HARMLESS = new Set(["initialize", "ping", "server/discover"]);

/** Exchanges whose record was written while their answer was held: the observer leaves them alone. */
export type Held = WeakSet<Exchange>;

/** Holds each answer until its record is on disk, but no longer than `maxHoldMs`, and not at all while the disk fails. */
export function synchronousGate(recorder: Recorder, queue: RecordQueue, held: Held, maxHoldMs: number): Gate {
  return function audit(exchange: Exchange): Pass {
    const hold = (outcome: Outcome): Promise<void> =>
      new Promise((resolve) => {
        held.add(exchange);
        const release = () => {
          clearTimeout(timer);
          resolve();
        };
        const timer = setTimeout(release, maxHoldMs);
        const isWaiting = recorder.record(exchange, outcome, { written: release, failed: release });
        if (!isWaiting || queue.failure !== undefined) release();
      });
    return { pass: true, hold };
  };
}

/** Refuses calls while the log cannot be written, and holds each answer until its record is on disk, however long that takes. */
export function requiredGate(recorder: Recorder, queue: RecordQueue, held: Held, included: Included): Gate {
  return function audit(exchange: Exchange) {
    if (exchange.direction === "outbound" || HARMLESS.has(exchange.method) || !included(exchange)) return PASS;
    if (queue.failure !== undefined || queue.isFull) return { answer: { error: refusal(queue) } };
    const hold = async (outcome: Outcome): Promise<void> => {
      held.add(exchange);
      while (queue.isFull) await queue.room();
      await new Promise<void>((resolve) => {
        // What cannot be made into a record is counted, and the chain says so: nothing would come of waiting.
        if (!recorder.record(exchange, outcome, { written: resolve })) resolve();
      });
    };
    return { pass: true, hold };
  };
}

/** Whether an exchange gets a record at all. */
export type Included = (exchange: Exchange) => boolean;

function refusal(queue: RecordQueue) {
  const why = queue.failure === undefined ? "cannot keep up" : "cannot be written";
  return {
    code: OPS_RPC.unavailable,
    message: `Refused, because this server answers no call without an audit record and its audit log ${why}. Try again later; its operator finds the reason in the health document.`,
  };
}
