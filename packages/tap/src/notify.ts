import { Onion } from "@mcp-ops/exchange";
import type { MessageExchange } from "./message-exchange.ts";
import { unansweredOutcome } from "./message-outcome.ts";
import { isPromise } from "./open-exchange.ts";
import type { Pipeline } from "./pipeline.ts";

/** Hands a notification over inside the observers. It ends when the carrier has taken it; what `send` gives is handed back. */
export function notify(pipeline: Pipeline, exchange: MessageExchange, send: () => unknown): unknown {
  let returned: unknown;
  const core = {
    dispatch() {
      returned = send();
    },
  };
  const onion = new Onion(pipeline.observers, exchange, core, pipeline.onFault);
  const elapsed = () => performance.now() - exchange.startedAt;
  const sent = () => onion.settle(unansweredOutcome({ kind: "sent" }, elapsed()));
  const lost = () => onion.settle(unansweredOutcome({ kind: "lost", reason: "undeliverable" }, elapsed()));
  try {
    onion.run();
  } catch (error) {
    lost();
    throw error;
  }
  if (isPromise(returned)) returned.then(sent, lost);
  else sent();
  return returned;
}
