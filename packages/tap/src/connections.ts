import { type Connection, type ConnectionEnd, type ConnectionObserver, report } from "@mcp-ops/exchange";
import type { Pipeline } from "./pipeline.ts";

export type ConnectionKind = Parameters<ConnectionObserver>[1];

/** Tells the connection observers that a connection is open. The function given back tells them that it has closed; calls after the first do nothing. */
export function openConnection(
  pipeline: Pipeline,
  connection: Connection,
  kind: ConnectionKind,
): (error?: Error) => void {
  if (pipeline.connectionObservers.length === 0) return () => {};
  const openedAt = performance.now();
  let close: (end: ConnectionEnd) => void = () => {};
  const ended = new Promise<ConnectionEnd>((resolve) => {
    close = resolve;
  });
  for (const observer of pipeline.connectionObservers) {
    try {
      const returned = observer(connection, kind, ended);
      if (returned instanceof Promise) returned.catch((error: unknown) => fault(pipeline, observer, "rejected", error));
    } catch (error) {
      fault(pipeline, observer, "threw", error);
    }
  }
  return (error) => close({ durationMs: performance.now() - openedAt, error });
}

function fault(pipeline: Pipeline, observer: ConnectionObserver, kind: "threw" | "rejected", error: unknown): void {
  report(pipeline.onFault, { source: observer.name || "connectionObserver", kind, error });
}
