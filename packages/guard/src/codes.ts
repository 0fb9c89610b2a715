/** Codes of the errors this package throws; docs/errors.md tells what to do about each. */
export const GUARD_ERROR = {
  epochFileFailed: "GUARD_EPOCH_FILE_FAILED",
  fenceMissing: "GUARD_FENCE_MISSING",
  fencedJump: "GUARD_FENCED_JUMP",
  fencedStale: "GUARD_FENCED_STALE",
  fencedToken: "GUARD_FENCED_TOKEN",
  roleAddress: "GUARD_ROLE_ADDRESS",
  roleAnswer: "GUARD_ROLE_ANSWER",
} as const;
