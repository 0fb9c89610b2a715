export const SIDECAR = {
  adminRefusals: {
    default: 10,
    unit: "count",
    says: "Requests in 15 minutes that the admin listener may refuse for their token.",
  },
} as const;
