export const FAILOVER = {
  failoverShownSeconds: {
    default: 43_200,
    unit: "seconds",
    says: "How long it is told that another node has taken the lead, and that the machine of the one before is gone can wait.",
  },
  failoverFlaps: {
    default: 4,
    unit: "count",
    says: "Promotions within 15 minutes from which on a group does not settle.",
  },
  failoverPausedSeconds: {
    default: 3_600,
    unit: "seconds",
    says: "How long a group may be paused before somebody is reminded of it.",
  },
  failoverStaleSeconds: {
    default: 3_600,
    unit: "seconds",
    says: "How old the data of a standby may be.",
  },
  failoverSyncSeconds: {
    default: 1_800,
    unit: "seconds",
    says: "In how long one look of a standby for newer data has to succeed; longer than `failover.sync.everyMs`.",
  },
  failoverStoreSilentSeconds: {
    default: 60,
    unit: "seconds",
    says: "How long the store of the lease may give a node no answer.",
  },
  failoverRenewFailures: {
    default: 5,
    unit: "count",
    says: "Failed renewals of a lease within 15 minutes from which on it is told.",
  },
  failoverTilts: {
    default: 3,
    unit: "count",
    says: "Standstills and jumps of a node's clock within an hour from which on it is told.",
  },
  followLostCalls: {
    default: 1,
    unit: "calls",
    says: "Calls lost with a node, within 15 minutes, from which on it is told.",
  },
  followTurnedAwayCalls: {
    default: 1,
    unit: "calls",
    says: "Calls that found nobody who leads, within 15 minutes, from which on it is told.",
  },
} as const;
