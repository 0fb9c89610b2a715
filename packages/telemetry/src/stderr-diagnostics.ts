import { type DiagLogFunction, type DiagLogger, DiagLogLevel, diag } from "@opentelemetry/api";
import { diagLogLevelFromString, getStringFromEnv } from "@opentelemetry/core";

const LEVEL = "OTEL_LOG_LEVEL";

/** Runs `work` with OpenTelemetry's own messages on stderr. Its NodeSDK would put those below `warn` on stdout, among the JSON-RPC. */
export function withStderrDiagnostics<T>(work: () => T): T {
  const level = getStringFromEnv(LEVEL);
  if (level === undefined) return work();
  diag.setLogger(toStderr, {
    logLevel: diagLogLevelFromString(level) ?? DiagLogLevel.INFO,
    suppressOverrideMessage: true,
  });
  // NodeSDK sets a logger of its own while it sees this.
  delete process.env[LEVEL];
  try {
    return work();
  } finally {
    process.env[LEVEL] = level;
  }
}

const line =
  (level: string): DiagLogFunction =>
  (message, ...more) =>
    void process.stderr.write(`opentelemetry ${level} ${[message, ...more].map(String).join(" ")}\n`);

const toStderr: DiagLogger = {
  error: line("error"),
  warn: line("warn"),
  info: line("info"),
  debug: line("debug"),
  verbose: line("verbose"),
};
