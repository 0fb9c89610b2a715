/** Codes of this package's errors. */
export const TELEMETRY_ERROR = {
  alreadyStarted: "TELEMETRY_ALREADY_STARTED",
  exporterUnknown: "TELEMETRY_EXPORTER_UNKNOWN",
  jaegerMissing: "TELEMETRY_JAEGER_MISSING",
  urlInvalid: "TELEMETRY_URL_INVALID",
  stdoutForbidden: "TELEMETRY_STDOUT_FORBIDDEN",
} as const;
