import type { Connection, ConnectionEnd, ConnectionObserver } from "@mcp-ops/exchange";
import { METRIC } from "@mcp-ops/formats";
import { observe } from "./cell.ts";
import { sessionLabels } from "./facts.ts";
import { pick } from "./places.ts";
import { histogramSeat, type Store, valueSeat } from "./store.ts";

/** Counts open connections, and how long sessions lasted. */
export function sessionObserver(store: Store, switchedOn: ReadonlySet<string>): ConnectionObserver {
  return function metrics(connection, kind, ended) {
    const open = switchedOn.has(METRIC.connections)
      ? valueSeat(store, METRIC.connections, [connection.server, kind]).cell
      : undefined;
    if (open !== undefined) open.value++;
    return ended.then((end) => {
      if (open !== undefined) open.value--;
      // From 2026-07-28 on there are no sessions, and a stdio process is not one (spec: basic, statelessness).
      const isSession = kind !== "stream" && connection.era !== "modern";
      if (isSession && switchedOn.has(METRIC.serverSession)) observeSession(store, connection, end);
    });
  };
}

function observeSession(store: Store, connection: Connection, { durationMs, error }: ConnectionEnd): void {
  const labels = sessionLabels(connection, error);
  observe(
    histogramSeat(store, METRIC.serverSession, pick(store, METRIC.serverSession, labels)).cell,
    durationMs / 1000,
  );
}
