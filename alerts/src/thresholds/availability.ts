export const AVAILABILITY = {
  minCalls: {
    default: 20,
    unit: "calls",
    says: "Calls within the window below which a share of them says nothing.",
  },
  serverErrorRatio: {
    default: 0.05,
    unit: "ratio",
    says: "Share of a server's calls that may fail by its own fault.",
  },
} as const;
