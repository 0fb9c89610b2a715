import { AsyncLocalStorage } from "node:async_hooks";

/** One HTTP request at a watched handler. What no server transport behind the handler claims, the handler accounts for itself. */
export interface Visit {
  /** Set once a tapped transport has taken a message of this request. */
  claimed: boolean;
  /** Name of the server that took it. */
  server: string | undefined;
}

const visits = new AsyncLocalStorage<Visit>();

export function insideVisit(): boolean {
  return visits.getStore() !== undefined;
}

export function runVisit<R>(visit: Visit, work: () => R): R {
  return visits.run(visit, work);
}

export function claimVisit(by: { readonly server: string }): void {
  const visit = visits.getStore();
  if (visit === undefined || visit.claimed) return;
  visit.claimed = true;
  visit.server = by.server;
}
