export const SATURATION = {
  requestsInFlight: {
    default: 100,
    unit: "count",
    says: "Requests a server may be working on at once.",
  },
  eventLoopLagSeconds: {
    default: 0.5,
    unit: "seconds",
    says: "How late the timers of a process may be, at the 99th percentile since the scrape before.",
  },
  memoryBytes: {
    default: 1_073_741_824,
    unit: "bytes",
    says: "Resident memory a server may have. Set it below the limit of your containers.",
  },
  fileDescriptorsRatio: {
    default: 0.8,
    unit: "ratio",
    says: "Share of a process's file descriptors that may be open.",
  },
} as const;
