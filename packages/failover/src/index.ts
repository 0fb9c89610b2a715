export type { Acquired, CallOptions, Grant, LeaseHolder, LeaseStore, LeaseStoreCaps } from "./lease-store.ts";
export { incarnationOf, MAX_INCARNATION, tokenOf } from "./token.ts";
