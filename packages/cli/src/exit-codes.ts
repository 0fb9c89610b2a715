/** How the command ends, when it does not pass on the end of a server it has run. */
export const EXIT = {
  ok: 0,
  /** What was asked for did not succeed; stderr says why. */
  failed: 1,
  /** The command line is wrong; nothing has been done. */
  usage: 2,
  /** `audit verify`: nothing shows that the log was changed, but it ended in disorder, as after a crash or a cut. */
  alarm: 3,
} as const;

/** What `--help` and docs/cli.md say of them. */
export const EXIT_MEANINGS: readonly (readonly [code: string, meaning: string])[] = [
  [String(EXIT.ok), "done"],
  [String(EXIT.failed), "it did not succeed; for audit verify also: the log is broken"],
  [String(EXIT.usage), "the command line is wrong; nothing has been done"],
  [String(EXIT.alarm), "audit verify: the log ended in disorder, as after a crash or a cut"],
];
