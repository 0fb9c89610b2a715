import type { DatabaseSync } from "node:sqlite";
import type { Minute, ProbeMinute } from "@mcp-ops/slo";
import { inTransaction } from "../../state/transaction.ts";
import { KEPT_MINUTES, type Span } from "./minutes.ts";

/** How a server answered once. */
export type ProbeResult = "answered" | "silent" | "absent";

/** What the probes of the sidecar found, by minute, and when there were none. */
export class ProbeBook {
  readonly #state: DatabaseSync;

  constructor(state: DatabaseSync) {
    this.#state = state;
  }

  /** One round of probes. Minutes since the last one that had none are a gap. */
  note(minute: Minute, round: ReadonlyMap<string, ProbeResult>): void {
    inTransaction(this.#state, () => {
      this.#forgetAfter(minute);
      const last = this.last();
      if (last !== undefined && minute > last + 1) this.#noteGap({ from: last + 1, to: minute });
      for (const [server, result] of round) this.#count(minute, server, result);
    });
  }

  /** The newest minute that has a probe. */
  last(): Minute | undefined {
    const minute = this.#state.prepare("SELECT MAX(minute) AS minute FROM slo_probes").get()?.minute;
    return minute === null ? undefined : Number(minute);
  }

  between({ from, to }: Span): readonly ProbeMinute[] {
    const rows = this.#state.prepare("SELECT * FROM slo_probes WHERE minute >= ? AND minute < ?").all(from, to);
    return rows.map(({ minute, server, answered, silent, absent }) => ({
      minute: Number(minute),
      server: String(server),
      answered: Number(answered),
      silent: Number(silent),
      absent: Number(absent),
    }));
  }

  gaps({ from, to }: Span): readonly Span[] {
    const rows = this.#state
      .prepare(
        "SELECT from_minute, to_minute FROM slo_gaps WHERE to_minute > ? AND from_minute < ? ORDER BY from_minute",
      )
      .all(from, to);
    return rows.map(({ from_minute, to_minute }) => ({ from: Number(from_minute), to: Number(to_minute) }));
  }

  prune(now: Minute, kept: Minute): void {
    this.#state.prepare("DELETE FROM slo_probes WHERE minute < ?").run(now - KEPT_MINUTES);
    this.#state.prepare("DELETE FROM slo_gaps WHERE to_minute < ?").run(kept);
  }

  /** What a clock that was ahead has noted is no probe of the time that is to come, and no gap before it. */
  #forgetAfter(minute: Minute): void {
    this.#state.prepare("DELETE FROM slo_probes WHERE minute > ?").run(minute);
    this.#state.prepare("DELETE FROM slo_gaps WHERE to_minute > ?").run(minute);
  }

  #noteGap({ from, to }: Span): void {
    this.#state.prepare("INSERT OR REPLACE INTO slo_gaps (from_minute, to_minute) VALUES (?, ?)").run(from, to);
  }

  #count(minute: Minute, server: string, result: ProbeResult): void {
    const [answered, silent, absent] = (["answered", "silent", "absent"] as const).map((one) => Number(one === result));
    this.#state
      .prepare(
        `INSERT INTO slo_probes (minute, server, answered, silent, absent) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET answered = answered + excluded.answered, silent = silent + excluded.silent, absent = absent + excluded.absent`,
      )
      .run(minute, server, answered ?? 0, silent ?? 0, absent ?? 0);
  }
}
