export { type Clock, SYSTEM_CLOCK } from "./clock.ts";
export { holderOf, nodeOf } from "./holder.ts";
export type { Acquired, CallOptions, Grant, LeaseHolder, LeaseStore, LeaseStoreCaps } from "./lease-store.ts";
export type { FailoverNode, FenceOrder, Ineligible, NodeMemory, NodeOptions, NodeStatus } from "./node.ts";
export type { FailoverRequest, HeadStart, Refusal, RequestAnswer, SwitchoverRequest } from "./requests.ts";
export { checkTiming, type Timing, timingOf } from "./timing.ts";
export { incarnationOf, MAX_INCARNATION, tokenOf } from "./token.ts";
export type { Phase, Transition, Why } from "./transition.ts";
