/** How the command ends, when it does not pass on the end of a server it has run. */
export const EXIT = {
  ok: 0,
  /** What was asked for did not succeed; stderr says why. */
  failed: 1,
  /** The command line is wrong; nothing has been done. */
  usage: 2,
} as const;
