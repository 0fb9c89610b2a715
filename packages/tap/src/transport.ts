import { type Carrier, transportKindOf } from "./carrier.ts";
import { type ConnectionKind, openConnection } from "./connections.ts";
import type { Extra } from "./extra.ts";
import { frontDesk } from "./front-desk.ts";
import { interceptCallback, interceptMethod, markOnce, replaceMethod } from "./intercept.ts";
import { Line } from "./line.ts";
import type { Message } from "./messages.ts";
import { announceWire, carryInside, carryOutside, isCarriedOutside, runInsideOuter } from "./nesting.ts";
import type { Pipeline } from "./pipeline.ts";
import type { ServerFacts } from "./server-facts.ts";
import { claimVisit } from "./visit.ts";

type OnMessage = (message: Message, extra?: Extra) => unknown;

/**
 * Watches one transport, in place. `facts` of the server where it is known; without them the transport is a wire, which may
 * carry messages to a server that is tapped as well (`serveStdio`).
 */
export function tapTransport(carrier: Carrier, pipeline: Pipeline, facts: ServerFacts | undefined): void {
  if (!markOnce(carrier, "transport")) return;
  const isWire = facts === undefined;
  if (isWire) announceWire();
  const kind = transportKindOf(carrier);
  const send = carrier.send;
  let toServer: OnMessage = () => {};
  // A callback set before connect() is chained by it into the next one: what is under delivery must not be opened again.
  let underDelivery: Message | undefined;
  const ends = {
    toServer(message: Message, extra: Extra | undefined) {
      const outer = underDelivery;
      underDelivery = message;
      try {
        if (isWire) carryInside(message, line.targets);
        return toServer(message, extra);
      } finally {
        underDelivery = outer;
      }
    },
    toClient: (message: Message, options: unknown) => send.call(carrier, message, options as object | undefined),
  };
  const line = new Line(pipeline, facts, kind, () => carrier.sessionId, ends);
  const connection = trackConnection(line, carrier, pipeline, kind);

  interceptCallback(carrier, "onmessage", (callback) => {
    const handler = callback as unknown as OnMessage;
    toServer = handler;
    return (message: Message, extra?: Extra) => {
      if (message === underDelivery) return handler(message, extra);
      claimVisit(line);
      const nested = isWire ? undefined : runInsideOuter(message, line.targets, facts, () => handler(message, extra));
      if (nested !== undefined) return nested.returned;
      connection.opened();
      return line.fromClient(message, extra);
    };
  });

  replaceMethod(carrier, "send", (message: Message, options?: object) => {
    if (isCarriedOutside(message, line.targets)) return ends.toClient(message, options);
    carryOutside(message, line.targets);
    return line.fromServer(message, options);
  });

  interceptCallback(carrier, "onclose", (callback) => () => {
    line.closed();
    connection.closed();
    return (callback as () => unknown)();
  });

  interceptCallback(carrier, "onerror", (callback) => (error: Error) => {
    line.failed();
    return (callback as unknown as (error: Error) => unknown)(error);
  });

  if (typeof carrier.handleRequest === "function") {
    interceptMethod(carrier, "handleRequest", frontDesk(pipeline, line.targets));
  }
}

/** Tells connection observers of a session once it has an id, and of a pipe at once; a transport that lives for one request is no connection. */
function trackConnection(line: Line, carrier: Carrier, pipeline: Pipeline, transport: Line["transport"]) {
  let close: ((error?: Error) => void) | undefined;
  const kindOf = (): ConnectionKind | undefined => {
    if (transport === "stdio" || transport === "memory") return transport;
    return carrier.sessionId === undefined ? undefined : "session";
  };
  return {
    opened() {
      const kind = close === undefined ? kindOf() : undefined;
      if (kind !== undefined) close = openConnection(pipeline, line, kind);
    },
    closed() {
      close?.();
    },
  };
}
