import type { Extra } from "./extra.ts";
import type { Line } from "./line.ts";
import { MessageExchange } from "./message-exchange.ts";
import { type Message, type Notification, UNREAD_ID } from "./messages.ts";
import type { Pipeline } from "./pipeline.ts";
import { planFor } from "./plan.ts";

/** Every notification of the protocol and of its extensions is named so. */
const NOTIFICATION = /(?:^|\/)notifications\//;

/**
 * Whether this is a question without an id that could be answered, and a gate would have answered it in the server's place. A
 * careless server acts on it all the same, and answers nobody.
 */
export function isRefusedAside(pipeline: Pipeline, line: Line, message: Message, extra: Extra | undefined): boolean {
  if (pipeline.gates.length === 0 || !isAskedAside(message)) return false;
  const exchange = new MessageExchange("inbound", { ...message, id: UNREAD_ID }, extra, line, line.targets);
  return planFor(pipeline.gates, exchange, pipeline.onFault).answer !== undefined;
}

function isAskedAside(message: Message): message is Notification {
  const { id, method } = message;
  return typeof method === "string" && typeof id !== "string" && typeof id !== "number" && !NOTIFICATION.test(method);
}
