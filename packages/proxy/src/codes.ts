/** Codes of the errors this package throws; docs/errors.md tells what to do about each. */
export const PROXY_ERROR = {
  collectorInvalid: "PROXY_COLLECTOR_INVALID",
  commandFailed: "PROXY_COMMAND_FAILED",
  commandMissing: "PROXY_COMMAND_MISSING",
  configChanged: "PROXY_CONFIG_CHANGED",
  configInvalid: "PROXY_CONFIG_INVALID",
  listenFailed: "PROXY_LISTEN_FAILED",
  messageTooLong: "PROXY_MESSAGE_TOO_LONG",
  noMessage: "PROXY_NO_MESSAGE",
  pushFailed: "PROXY_PUSH_FAILED",
  roleUnknown: "PROXY_ROLE_UNKNOWN",
  textfileFailed: "PROXY_TEXTFILE_FAILED",
  upstreamInvalid: "PROXY_UPSTREAM_INVALID",
} as const;
