/** Codes of the errors this package throws; docs/errors.md tells what to do about each. */
export const PROXY_ERROR = {
  commandMissing: "PROXY_COMMAND_MISSING",
  commandFailed: "PROXY_COMMAND_FAILED",
} as const;
