import { METRIC } from "@mcp-ops/formats";
import type { HostedStatus } from "./duties/host.ts";
import type { Family } from "./exposition/family.ts";
import { type Figure, own } from "./exposition/own.ts";

/** What the daemon counts about itself. */
export class Figures {
  readonly reloads: Record<"ok" | "refused", number> = { ok: 0, refused: 0 };
  readonly refusals: Record<"host" | "token" | "rate", number> = { host: 0, token: 0, rate: 0 };
  /** Whether the config on disk is the one in use, as far as the last reload knows. */
  isConfigValid = true;

  families(duties: readonly HostedStatus[], setAside: number): readonly Family[] {
    return [
      own(
        METRIC.dutyUp,
        duties.map(({ name, content }) => ({ labels: { duty: name }, value: content ? 1 : 0 })),
      ),
      own(
        METRIC.dutyFailures,
        duties.map(({ name, failures }) => ({ labels: { duty: name }, value: failures })),
      ),
      own(METRIC.configReloads, counted("result", this.reloads)),
      own(METRIC.configValid, [{ value: this.isConfigValid ? 1 : 0 }]),
      own(METRIC.stateSetAside, [{ value: setAside }]),
      own(METRIC.adminRefusals, counted("reason", this.refusals)),
    ];
  }
}

function counted(label: string, counts: Readonly<Record<string, number>>): readonly Figure[] {
  return Object.entries(counts).map(([word, value]) => ({ labels: { [label]: word }, value }));
}
