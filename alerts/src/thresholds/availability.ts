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
  mostCallsRatio: {
    default: 0.5,
    unit: "ratio",
    says: "The same, above which somebody gets up.",
  },
  lostAnswersRatio: {
    default: 0.05,
    unit: "ratio",
    says: "Share of a server's calls whose answer may be lost with the connection.",
  },
  toolFailures: {
    default: 5,
    unit: "calls",
    says: "So many failures of a tool in 15 minutes, and no success: it fails for everyone.",
  },
  fewToolFailures: {
    default: 3,
    unit: "calls",
    says: "So many failures of a tool in 6 hours, and no success: it fails, though hardly anybody calls it.",
  },
  serverRestarts: {
    default: 3,
    unit: "count",
    says: "Restarts of a server in an hour.",
  },
  failedHandshakes: {
    default: 3,
    unit: "count",
    says: "Handshakes in 15 minutes that a server may not fail.",
  },
  toolListChanges: {
    default: 3,
    unit: "count",
    says: "Changes of a server's list of tools in an hour.",
  },
} as const;
