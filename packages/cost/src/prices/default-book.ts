import type { WrittenBook } from "./written-book.ts";

/**
 * What holds where nobody has written prices: those that OpenCost takes where it knows nothing better. Its RAM and storage are per GiB, as its
 * queries have them (`queryFmtNodeCostPerRAMGiBHr`). Not in it, because any figure would be a guess: what tokens cost (it depends on the
 * model, and changes several times a year), and the network (how much of it leaves for the internet is not known here).
 */
export const DEFAULT_BOOK: WrittenBook = {
  currency: "USD",
  versions: [
    {
      name: "opencost-default",
      source:
        "opencost/opencost configs/default.json (GCP us-central1, on demand), read 2026-11-21. No price of tokens, calls or network: write a book of your own.",
      prices: { cpuCoreHour: 0.031611, memoryGiBHour: 0.004237, storageGiBHour: 0.00005479452 },
    },
  ],
};
