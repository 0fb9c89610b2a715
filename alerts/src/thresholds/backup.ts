export const BACKUP = {
  backupMaxAgeSeconds: {
    default: 93_600,
    unit: "seconds",
    says: "Age of the newest complete backup of a set above which a run since that was not complete is an alert: a day and two hours.",
  },
  backupLateSeconds: {
    default: 3_600,
    unit: "seconds",
    says: "How late a planned run may be.",
  },
  backupFirstSeconds: {
    default: 7_200,
    unit: "seconds",
    says: "How long a new set may be without a complete backup.",
  },
  backupSizeRatio: {
    default: 0.5,
    unit: "ratio",
    says: "Share of the median size of the last week below which a backup has shrunk.",
  },
  backupSizeMinBytes: {
    default: 4_096,
    unit: "bytes",
    says: "Median size below which a share of it says nothing.",
  },
  backupUnverifiedSeconds: {
    default: 691_200,
    unit: "seconds",
    says: "Age of the last full reading of a set: a day more than the default of verifyAfterDays.",
  },
} as const;
