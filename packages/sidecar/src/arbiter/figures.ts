import type { Arbiter, ArbiterReply } from "@mcp-ops/failover";
import { ARBITER_ANSWERS, ARBITER_REFUSALS, METRIC } from "@mcp-ops/formats";
import { convert } from "../exposition/convert.ts";
import type { Family, Format } from "../exposition/family.ts";
import { type Figure, own } from "../exposition/own.ts";

type Answer = (typeof ARBITER_ANSWERS)[number];
type Refusal = (typeof ARBITER_REFUSALS)[number];

/** What an arbiter has answered about leases, and whom it has not listened to. */
export class ArbiterFigures {
  readonly #answers = new Map<string, number>(ARBITER_ANSWERS.map((answer) => [answer, 0]));
  readonly #refusals = new Map<string, number>(ARBITER_REFUSALS.map((reason) => [reason, 0]));

  refused(reason: Refusal): void {
    this.#refusals.set(reason, (this.#refusals.get(reason) ?? 0) + 1);
  }

  /** Counts the answer to a question of a node. To look at a lease, or to watch it, changes nothing and is not counted. */
  answered(verb: string, { status, body }: ArbiterReply): void {
    if (status === 400 || status === 404) return this.refused("malformed");
    if (status === 403) return this.refused("foreign");
    const answer = status === 200 ? granted(verb, body) : status === 409 ? "waits" : "failed";
    if (answer !== undefined) this.#answers.set(answer, (this.#answers.get(answer) ?? 0) + 1);
  }

  families(arbiter: Arbiter, format: Format): readonly Family[] {
    const { groups } = arbiter.status();
    const held = groups.filter(({ holder }) => holder !== undefined).length;
    const families = [
      own(METRIC.arbiterGroups, [{ value: groups.length }]),
      own(METRIC.arbiterLeases, [{ value: held }]),
      own(METRIC.arbiterAnswers, figures("answer", this.#answers)),
      own(METRIC.arbiterRefusals, figures("reason", this.#refusals)),
    ];
    return families.flatMap((family) => convert(family, "classic", format));
  }
}

function granted(verb: string, body: object): Answer | undefined {
  const { kind } = body as { kind?: Answer };
  if (kind !== undefined) return kind;
  if (verb === "release") return "released";
  return verb === "raise-floor" ? "raised" : undefined;
}

function figures(label: string, counts: ReadonlyMap<string, number>): readonly Figure[] {
  return [...counts].map(([word, value]) => ({ labels: { [label]: word }, value }));
}
