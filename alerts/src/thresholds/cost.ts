export const COST = {
  budgetForecastRatio: {
    default: 1,
    unit: "ratio",
    says: "Share of a budget that may be expected to be spent at the end of its period.",
  },
  budgetDocumentSeconds: {
    default: 300,
    unit: "seconds",
    says: "How old what the budget gate goes by may be; the gate's `maxAgeMs`, above which it refuses nothing.",
  },
  toolListTokens: {
    default: 10_000,
    unit: "tokens",
    says: "Tokens of a server's list of tools above which each conversation pays much for it.",
  },
} as const;
