import { METRIC, OTHER } from "@mcp-ops/formats";
import { convert } from "../exposition/convert.ts";
import type { Family, Format } from "../exposition/family.ts";
import { own } from "../exposition/own.ts";
import type { ChainState } from "./watched-log.ts";

/** Each is two series. Clients that start servers side by side make a chain each. */
const MAX_CHAINS = 1_000;

/** What the page shows of the chains: of those that share a label, what is worst. */
export function auditFamilies(states: readonly ChainState[], format: Format): readonly Family[] {
  const shown = [...new Set(states.map(({ chain }) => chain))].sort().slice(0, MAX_CHAINS);
  const byLabel = Map.groupBy(states, ({ chain }) => (shown.includes(chain) ? chain : OTHER));
  const worst = (figureOf: (state: ChainState) => number) =>
    [...byLabel].map(([chain, all]) => ({ labels: { chain }, value: Math.min(...all.map(figureOf)) }));
  const families = [
    own(
      METRIC.auditIntact,
      worst(({ breach }) => (breach === undefined ? 1 : 0)),
    ),
    own(
      METRIC.auditLastVerified,
      worst(({ verifiedAtMs }) => verifiedAtMs / 1_000),
    ),
  ];
  return families.flatMap((family) => convert(family, "classic", format));
}
