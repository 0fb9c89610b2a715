/** How the command ends, when it does not pass on the end of a server it has run. */
export const EXIT = {
  ok: 0,
  /** What was asked for did not succeed; stderr says why. */
  failed: 1,
  /** The command line is wrong; nothing has been done. */
  usage: 2,
  /**
   * It was done, and somebody should look: an audit log that ended in disorder, as after a crash or a cut; a backup that lacks
   * something; a retention that found something odd; a budget that is not all right.
   */
  alarm: 3,
} as const;

/** What `--help` and docs/cli.md say of them. */
export const EXIT_MEANINGS: readonly (readonly [code: string, meaning: string])[] = [
  [String(EXIT.ok), "done"],
  [String(EXIT.failed), "it did not succeed; for audit and backup verify also: something is not as it was written"],
  [String(EXIT.usage), "the command line is wrong; nothing has been done"],
  [
    String(EXIT.alarm),
    "somebody should look: an audit log that ended in disorder, a partial backup, a budget, an alarm of backup prune or failover status, an objective missed or at risk",
  ],
];
