import type { DatabaseSync } from "node:sqlite";
import type { Transition, Why } from "@mcp-ops/failover";
import type { Failover } from "@mcp-ops/slo";

/** When the node of this machine began and ceased to lead. The history of the duty `failover` has only the newest transitions. */
export class FailoverBook {
  readonly #state: DatabaseSync;

  constructor(state: DatabaseSync) {
    this.#state = state;
  }

  look(): void {
    const { number } = this.#state.prepare("SELECT COALESCE(MAX(number), 0) AS number FROM slo_failovers").get() ?? {};
    const rows = this.#state
      .prepare("SELECT number, record FROM failover_history WHERE number > ? ORDER BY number")
      .all(Number(number));
    for (const row of rows) {
      const failover = failoverOf(JSON.parse(String(row.record)) as Transition);
      if (failover === undefined) continue;
      this.#state
        .prepare("INSERT INTO slo_failovers (number, at, record) VALUES (?, ?, ?)")
        .run(Number(row.number), failover.at, JSON.stringify(failover));
    }
  }

  between(from: string, to: string): readonly Failover[] {
    const rows = this.#state
      .prepare("SELECT record FROM slo_failovers WHERE at >= ? AND at < ? ORDER BY number")
      .all(from, to);
    return rows.map(({ record }) => JSON.parse(String(record)) as Failover);
  }

  prune(keptFrom: string): void {
    this.#state.prepare("DELETE FROM slo_failovers WHERE at < ?").run(keptFrom);
  }
}

function failoverOf({ at, group, node, from, to, why }: Transition): Failover | undefined {
  if ((from === "leading") === (to === "leading")) return undefined;
  return { at, group, node, event: to === "leading" ? "took over" : "gave up", why: WORDS[why] ?? why };
}

/** For people who have never seen an election. */
const WORDS: Readonly<Partial<Record<Why, string>>> = {
  promoted: "it had the lease",
  "lease-free": "nobody held the lease",
  "store-silent": "the store of leases did not answer",
  deadline: "it could not renew its lease in time",
  lost: "another node had the lease",
  health: "its server was ill",
  switchover: "somebody asked for it",
  shutdown: "its sidecar was stopped",
  tilt: "its clock had jumped",
};
