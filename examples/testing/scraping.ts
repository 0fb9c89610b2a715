import { expect, vi } from "vitest";
import { scrape } from "../demo/figures/scrape.ts";

export const OPENMETRICS = "application/openmetrics-text; version=1.0.0";

/** Waits until the metrics show these samples: `name{label="value",…}` and value, in which labels that are not named do not count. */
export async function expectSamples(address: string, samples: readonly Sample[]): Promise<void> {
  await vi.waitFor(
    async () => {
      const found = await scrape(address);
      for (const { name, labels, value } of samples) {
        expect(found).toContainEqual({ name, labels: expect.objectContaining(labels), value });
      }
    },
    { timeout: 60_000, interval: 50 },
  );
}

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}
