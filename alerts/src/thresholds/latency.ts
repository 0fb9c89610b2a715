export const LATENCY = {
  slowServerSeconds: {
    default: 5,
    unit: "seconds",
    says: "In which 95 % of a server's calls have to end. Bounds of buckets are exact: 1, 2.5, 5, 10, 30, 60.",
  },
  slowToolSeconds: {
    default: 10,
    unit: "seconds",
    says: "In which 95 % of a tool's calls have to end.",
  },
} as const;
