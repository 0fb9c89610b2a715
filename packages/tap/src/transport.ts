import type { Carrier, OnMessage } from "./carrier.ts";
import { transportKindOf } from "./carrier.ts";
import { type ConnectionKind, openConnection } from "./connections.ts";
import type { Extra } from "./extra.ts";
import { transportDesk } from "./front-desk.ts";
import { interceptMethod, markOnce } from "./intercept.ts";
import { Line } from "./line.ts";
import type { Message } from "./messages.ts";
import { announceWire, carryInside, carryOutside, isCarriedOutside, runInsideOuter } from "./nesting.ts";
import type { Pipeline } from "./pipeline.ts";
import { answered, receive, received } from "./reception.ts";
import type { ServerFacts } from "./server-facts.ts";
import { claimVisit } from "./visit.ts";

/**
 * Watches one transport, in place. `facts` of the server where it is known; without them the transport is a wire, which may
 * carry messages to a server that is watched as well (`serveStdio`).
 */
export function tapTransport(carrier: Carrier, pipeline: Pipeline, facts: ServerFacts | undefined): void {
  if (!markOnce(carrier)) return;
  const isWire = facts === undefined;
  if (isWire) announceWire();
  const transport = transportKindOf(carrier);
  const { send, start } = carrier;
  let toServer: OnMessage = () => {};
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
    toClient: (message: Message, options: unknown) => {
      if (pipeline.answersHttp) answered(message);
      return send.call(carrier, message, options as object | undefined);
    },
  };
  const line = new Line(pipeline, facts, transport, carrier, ends);
  const connection = trackConnection(line, pipeline);
  const onMessage = (handler: OnMessage): OnMessage => {
    toServer = handler;
    return (message, extra) => {
      // A second connect() chains what the first one set: a message under delivery must not be opened again.
      if (message === underDelivery) return handler(message, extra);
      if (pipeline.answersHttp) received();
      claimVisit(line);
      // Whoever opened an exchange ends it: an answer is its own, whichever tap it passes first.
      const passedOn = !isWire && message.method !== undefined;
      const nested = passedOn ? runInsideOuter(message, line.targets, facts, () => handler(message, extra)) : undefined;
      if (nested !== undefined) return nested.returned;
      if (!isWire) connection.opened();
      return line.fromClient(message, extra);
    };
  };

  const onClose = (handler: () => void) => () => {
    line.closed();
    connection.closed();
    handler();
  };

  const onError = (handler: (error: Error) => void) => (error: Error) => {
    line.failed();
    handler(error);
  };

  let ours: Pick<Carrier, "onmessage" | "onclose" | "onerror"> = {};
  /** Callbacks are all set when a transport starts, and no message comes before (SDK contract of `Transport.start`). */
  const wrapCallbacks = () => {
    const { onmessage, onclose, onerror } = carrier;
    if (onmessage !== undefined && onmessage !== ours.onmessage) carrier.onmessage = onMessage(onmessage);
    if (onclose !== undefined && onclose !== ours.onclose) carrier.onclose = onClose(onclose);
    if (onerror !== undefined && onerror !== ours.onerror) carrier.onerror = onError(onerror);
    ours = { onmessage: carrier.onmessage, onclose: carrier.onclose, onerror: carrier.onerror };
  };

  carrier.start = () => {
    wrapCallbacks();
    return start.call(carrier);
  };
  carrier.send = (message: Message, options?: object) => {
    if (message.method !== undefined) {
      if (isCarriedOutside(message, line.targets)) return ends.toClient(message, options);
      carryOutside(message, line.targets);
    }
    const sent = line.fromServer(message, options) as Promise<void>;
    if (isWire) connection.opened(); // A wire learns the name of the server behind it from the first answer.
    return sent;
  };
  if (typeof carrier.handleRequest === "function") {
    interceptMethod(carrier, "handleRequest", transportDesk(pipeline, line.targets));
  }
  if (pipeline.answersHttp) {
    for (const member of ["handleRequest", "handleMessage"] as const) {
      // Of the older SSE transport `handleMessage` is no HTTP request: its answers go out on a stream that is open already.
      if (transport === "http" && typeof carrier[member] === "function") interceptMethod(carrier, member, receive);
    }
  }
  if (carrier.onmessage !== undefined) wrapCallbacks();
}

/** Tells connection observers of a session once it has an id, and of a pipe with its first message; a transport that lives for one request is no connection. */
function trackConnection(line: Line, pipeline: Pipeline) {
  let close: ((error?: Error) => void) | undefined;
  const kindOf = (): ConnectionKind | undefined => {
    if (line.transport === "stdio" || line.transport === "memory") return line.transport;
    return line.session === undefined ? undefined : "session";
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
