import type { DatabaseSync } from "node:sqlite";
import type { Transition } from "@mcp-ops/failover";
import { type AuditLog, auditLog } from "@mcp-ops/kit";
import type { Log } from "../log.ts";
import { messageOf } from "../log.ts";

/** Kept for the API, the newest; the audit chain keeps all. */
export const MAX_KEPT = 1_000;

/** Every transition of a node (R12): in an audit chain of its own, which shows when it was changed, and the newest for the API. */
export class History implements AsyncDisposable {
  readonly #state: DatabaseSync;
  readonly #log: Log;
  readonly #chain: AuditLog;

  constructor(state: DatabaseSync, folder: string, log: Log) {
    this.#state = state;
    this.#log = log;
    const onFault = ({ message }: Error) => log("error", `The history of failover: ${message}`);
    this.#chain = auditLog({ server: "mcp-ops-sidecar", folder, onFault });
  }

  add(transition: Transition): void {
    const { at: _, text, afterMs, by, requestId, holder, ...told } = transition;
    const durationMs = Math.round(afterMs);
    const optional = {
      ...(holder !== undefined && { holder }),
      ...(by !== undefined && { by }),
      ...(requestId !== undefined && { requestId }),
    };
    this.#chain.note({ event: "failover.transition", ...told, durationMs, ...optional });
    this.#log("info", text, { from: told.from, to: told.to, why: told.why, fencing: told.token });
    // The election goes on without its history.
    try {
      this.#state.prepare("INSERT INTO failover_history (record) VALUES (?)").run(JSON.stringify(transition));
      this.#state
        .prepare("DELETE FROM failover_history WHERE number <= (SELECT MAX(number) FROM failover_history) - ?")
        .run(MAX_KEPT);
    } catch (error) {
      this.#log("error", `A transition could not be kept for the API: ${messageOf(error)}`);
    }
  }

  /** Oldest first. */
  newest(count: number): readonly Transition[] {
    const rows = this.#state.prepare("SELECT record FROM failover_history ORDER BY number DESC LIMIT ?").all(count);
    return rows.map(({ record }) => JSON.parse(String(record)) as Transition).toReversed();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#chain.close();
  }
}
