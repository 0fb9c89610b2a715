/** Codes of the errors the HTTP proxy throws; docs/errors.md tells what to do about each. */
export const PROXY_ERROR = {
  upstreamInvalid: "PROXY_UPSTREAM_INVALID",
  listenFailed: "PROXY_LISTEN_FAILED",
} as const;
