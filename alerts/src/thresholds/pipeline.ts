export const PIPELINE = {
  auditPendingSeconds: {
    default: 5,
    unit: "seconds",
    says: "For how long the oldest record may wait for the disk.",
  },
  auditMinCalls: {
    default: 5,
    unit: "calls",
    says: "Calls in 15 minutes from which on the head of an audit log has to move.",
  },
  auditUnverifiedSeconds: {
    default: 86_400,
    unit: "seconds",
    says: "Age of the last reading of an audit chain by the sidecar.",
  },
} as const;
