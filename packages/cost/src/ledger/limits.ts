/** How much of what others may choose is told apart. What is beyond reads `_other`: its counts are kept, its names are not. */
export interface LedgerLimits {
  /** Names of servers in a day. */
  readonly servers: number;
  /** Of one server in a day. */
  readonly methods: number;
  readonly targets: number;
  readonly principals: number;
  readonly sessions: number;
  /** Rows of exchanges in a minute, of all servers. Beyond it principals and sessions are not told apart; beyond twice of it targets are not. */
  readonly rowsAMinute: number;
}

/** A fleet of 64 servers with some room; what a person reads in a list; and a day's ledger that stays below some ten megabytes. */
export const DEFAULT_LEDGER_LIMITS: LedgerLimits = {
  servers: 200,
  methods: 50,
  targets: 500,
  principals: 200,
  sessions: 500,
  rowsAMinute: 5_000,
};

/** How long rows are kept. */
export interface LedgerRetention {
  /** Minutes, and sessions. */
  readonly minuteDays: number;
  /** Sums of days. */
  readonly dayDays: number;
}

/** A month and a few days, so that the month before can be split anew; a year and a month, so that a month can be held against the same one a year ago. */
export const DEFAULT_LEDGER_RETENTION: LedgerRetention = { minuteDays: 35, dayDays: 400 };
