import type { SummaryAnswer } from "@mcp-ops/cost";
import type { HealthSummary, SloDocument } from "@mcp-ops/formats";
import type { Sample } from "../figures/exposition.ts";
import { scrape } from "../figures/scrape.ts";
import { SET } from "./files.ts";
import type { Addresses } from "./sidecar-process.ts";

/** What the admin API says of the backup set. */
export interface SetPage {
  readonly alarms: readonly { readonly kind: string; readonly message: string }[];
  readonly lastComplete?: string;
  /** The command that puts the last good backup back, while an alarm stands. */
  readonly restore?: string;
}

/** The pages of a sidecar, as a Prometheus and an operator read them. */
export class Pages {
  readonly addresses: Addresses;

  constructor(addresses: Addresses) {
    this.addresses = addresses;
  }

  metrics(): Promise<readonly Sample[]> {
    return scrape(`${this.addresses.probes}/metrics`);
  }

  health(): Promise<HealthSummary> {
    return this.#read(`${this.addresses.probes}/health`);
  }

  set(): Promise<SetPage> {
    return this.#read(`${this.addresses.admin}/api/v1/backups/${SET}`);
  }

  /** What today cost. */
  cost(): Promise<SummaryAnswer> {
    return this.#read(`${this.addresses.admin}/api/v1/cost/summary?days=1`);
  }

  /** What is promised, and how it stands. */
  promises(): Promise<SloDocument> {
    return this.#read(`${this.addresses.admin}/api/v1/slo`);
  }

  async #read<Page>(url: string): Promise<Page> {
    return (await fetch(url)).json() as Promise<Page>;
  }
}
