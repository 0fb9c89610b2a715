/** The factors of 30 days (SRE workbook, chapter 5); `mcp-ops slo rules` has those of each objective. */
export const SLO = {
  sloPageBurn1h: {
    default: 14.4,
    unit: "count",
    says: "Times faster than allowed, over 1 h and 5 m: 2 % of the budget within an hour.",
  },
  sloPageBurn6h: {
    default: 6,
    unit: "count",
    says: "Times faster than allowed, over 6 h and 30 m: 5 % of the budget within 6 hours.",
  },
  sloTicketBurn1d: {
    default: 3,
    unit: "count",
    says: "Times faster than allowed, over 1 d and 2 h: 10 % of the budget within a day.",
  },
  sloTicketBurn3d: {
    default: 1,
    unit: "count",
    says: "Times faster than allowed, over 3 d and 6 h: 10 % of the budget within 3 days.",
  },
} as const;
