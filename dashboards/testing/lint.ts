/** Our rules for dashboards: what makes one wrong, or of no use to somebody who has other servers than we. */
import type { GrafanaDashboard } from "../src/dashboards.ts";
import { expressionFaults } from "./lint-expressions.ts";
import { linkFaults } from "./lint-links.ts";
import { lookFaults } from "./lint-look.ts";

export interface Finding {
  readonly dashboard: string;
  /** Title of the panel, or what else it is about. */
  readonly at: string;
  readonly fault: string;
}

/** Everything that is wrong with them; empty when all is well. */
export function lint(all: readonly GrafanaDashboard[]): readonly Finding[] {
  return all.flatMap((dashboard) =>
    [...lookFaults(dashboard, all), ...expressionFaults(dashboard), ...linkFaults(dashboard, all)].map(
      ({ at, fault }) => ({ dashboard: dashboard.name, at, fault }),
    ),
  );
}
