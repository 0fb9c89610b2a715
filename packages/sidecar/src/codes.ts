/** Codes of the errors this package throws; docs/errors.md tells what to do about each. */
export const SIDECAR_ERROR = {
  configMissing: "SIDECAR_CONFIG_MISSING",
  configInvalid: "SIDECAR_CONFIG_INVALID",
  configExists: "SIDECAR_CONFIG_EXISTS",
  secretUnreadable: "SIDECAR_SECRET_UNREADABLE",
  stateInUse: "SIDECAR_STATE_IN_USE",
  stateNewer: "SIDECAR_STATE_NEWER",
  stateUnusable: "SIDECAR_STATE_UNUSABLE",
  listenFailed: "SIDECAR_LISTEN_FAILED",
  hostRefused: "SIDECAR_HOST_REFUSED",
  tokenRefused: "SIDECAR_TOKEN_REFUSED",
  noSuchRoute: "SIDECAR_NO_SUCH_ROUTE",
  requestFailed: "SIDECAR_REQUEST_FAILED",
  scrapeUnreadable: "SIDECAR_SCRAPE_UNREADABLE",
  scrapeFailed: "SIDECAR_SCRAPE_FAILED",
  dutyNotRunning: "SIDECAR_DUTY_NOT_RUNNING",
  dutyTimeout: "SIDECAR_DUTY_TIMEOUT",
} as const;
