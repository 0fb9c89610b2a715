export type { ClientInfo, Connection, Direction, Era, Exchange, TraceIdentity, TransportKind } from "./exchange.ts";
export type { Fault, OnFault } from "./fault.ts";
export {
  type Answer,
  type Gate,
  type HttpAnswer,
  PASS,
  type Pass,
  type Revocable,
  type RevokingSignal,
  type Verdict,
} from "./gate.ts";
export type { JsonObject, RequestId } from "./json.ts";
export { jsonBytes } from "./json-bytes.ts";
export type { ConnectionEnd, ConnectionObserver, Observer } from "./observer.ts";
export { type Core, Onion, report } from "./onion.ts";
export type {
  CancelledOutcome,
  ErrorOutcome,
  LostOutcome,
  Outcome,
  ResultOutcome,
  SentOutcome,
} from "./outcome.ts";
export { readonlyView } from "./readonly-view.ts";
