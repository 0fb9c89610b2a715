import { AsyncLocalStorage } from "node:async_hooks";
import { mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import type { Exchange, Observer, Outcome } from "@mcp-ops/exchange";
import { judge, type OpsError, type RedactOptions, type Redactor, redactor } from "@mcp-ops/formats";
import { destination, type Level, type Logger, pino } from "pino";
import { auditError, reasonOf } from "./errors.ts";

export interface RequestLogOptions {
  readonly level?: Level | "silent";
  /** `stderr`, or a file. Never stdout, which belongs to a stdio server's protocol. */
  readonly destination?: "stderr" | { readonly file: string };
  /** Lines of our own about each exchange: at its end, at its start and end, or none. */
  readonly lines?: "none" | "end" | "both";
  /** Rules besides the built-in ones. */
  readonly redact?: RedactOptions;
  /** Members of every line, such as the service's name. */
  readonly base?: Readonly<Record<string, unknown>>;
  /** Told when lines cannot be written, such as on a full disk. The server runs on. */
  readonly onFault?: (error: OpsError) => void;
}

export const DEFAULT_LOG_LEVEL = "info";
/** A line of a log is read by people; what is longer belongs elsewhere. Loki refuses lines beyond 256 KiB. */
export const DEFAULT_LOG_MAX_BYTES: number = 32 * 1024;

/** Lines that wait for a file whose disk is slow; what comes on top is dropped and counted. */
const MAX_WAITING_BYTES = 8 * 1024 * 1024;

export interface RequestLog {
  /** Put it among the observers: what runs inside the exchange finds its logger with `requestLogger()`. */
  readonly observer: Observer;
  /** For everything that belongs to no exchange. */
  readonly logger: Logger;
  /** Lines that found no room, and failures to write. */
  stats(): RequestLogStats;
  flush(): void;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface RequestLogStats {
  readonly dropped: number;
  readonly faults: number;
}

/** An exchange under way and the log it belongs to. Its logger is made when it is first asked for. */
class Bound {
  readonly #root: Logger;
  readonly #exchange: Exchange;
  #logger: Logger | undefined;

  constructor(root: Logger, exchange: Exchange) {
    this.#root = root;
    this.#exchange = exchange;
  }

  get logger(): Logger {
    this.#logger ??= this.#root.child(bindingsOf(this.#exchange));
    return this.#logger;
  }
}

const current = new AsyncLocalStorage<Bound>();
let outside: Logger | undefined;

/**
 * The logger of the exchange that this code runs for: its lines carry the request, the trace, the session and the target.
 * Outside an exchange, or without a request log, a plain logger to stderr.
 */
export function requestLogger(): Logger {
  const bound = current.getStore();
  if (bound !== undefined) return bound.logger;
  outside ??= loggerTo(
    {},
    destination({ fd: 2, sync: true }).on("error", () => {}),
  );
  return outside;
}

/** The application log: JSON lines through pino, redacted like everything else. */
export function requestLog(options: RequestLogOptions = {}): RequestLog {
  const { destination: to = "stderr", lines = "none" } = options;
  const stream = to === "stderr" ? destination({ fd: 2, sync: true }) : fileStream(to.file);
  const stats = { dropped: 0, faults: 0 };
  stream.on("drop", () => stats.dropped++);
  // Without a listener, an error of a stream ends the process.
  stream.on("error", (error: unknown) => {
    stats.faults++;
    tellOf(error, options.onFault);
  });
  const root = loggerTo(options, {
    // A stream that could not be opened throws at each line: that must not reach the tool that logs.
    write(line) {
      try {
        stream.write(line);
      } catch {
        stats.dropped++;
      }
    },
  });
  const close = () =>
    new Promise<void>((resolve) => {
      if (to === "stderr") return resolve();
      stream.once("close", () => resolve());
      stream.once("error", () => resolve());
      stream.end();
    });
  return {
    logger: root,
    observer: (exchange, next) => watch(new Bound(root, exchange), exchange, next, lines),
    stats: () => ({ ...stats }),
    flush: () => stream.flushSync(),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Open at once, so that not even a process that ends right away leaves lines behind. */
function fileStream(file: string): ReturnType<typeof destination> {
  const stream = destination({ ...opened(file), sync: false, mkdir: true, maxLength: MAX_WAITING_BYTES });
  const flushSync = stream.flushSync.bind(stream);
  // It throws where the file could not be opened, which `onFault` has been told of; pino calls it when the process exits, too.
  stream.flushSync = () => {
    try {
      flushSync();
    } catch {}
  };
  return stream;
}

/** By its path when it cannot be opened: then the stream says why. */
function opened(file: string): { readonly fd: number } | { readonly dest: string } {
  try {
    mkdirSync(dirname(file), { recursive: true });
    return { fd: openSync(file, "a") };
  } catch {
    return { dest: file };
  }
}

function tellOf(error: unknown, onFault: RequestLogOptions["onFault"]): void {
  const message = `Lines of the application log cannot be written (${reasonOf(error)}). Make room, or give the process the right to write there.`;
  try {
    onFault?.(auditError("AUDIT_REQUEST_LOG_FAILED", message, error));
  } catch {}
}

function watch(bound: Bound, exchange: Exchange, next: () => Promise<Outcome>, lines: RequestLogOptions["lines"]) {
  return current.run(bound, () => {
    if (lines === "both") startLine(bound);
    const ended = next();
    return lines === "none" ? ended : ended.then((outcome) => endLine(bound, exchange, outcome));
  });
}

function startLine(bound: Bound): void {
  try {
    bound.logger.info("asked");
  } catch {
    // The question must go on; the line is lost.
  }
}

function endLine({ logger }: Bound, exchange: Exchange, outcome: Outcome): void {
  const { status, category } = judge(exchange, outcome);
  const durationMs = Math.round(outcome.durationMs * 1000) / 1000;
  const code = outcome.kind === "error" ? outcome.code : undefined;
  const line = { status, durationMs, ...(code !== undefined && { code }) };
  if (category === "server") logger.error(line, "ended");
  else if (category !== undefined) logger.warn(line, "ended");
  else logger.info(line, "ended");
}

type Stream = { write(line: string): void };

const MAX_CHARS = 256;

function bindingsOf(exchange: Exchange): Record<string, unknown> {
  const { id, method, target, session, principal, trace, server } = exchange;
  return {
    mcp_server: server,
    request_id: text(id),
    method: text(method),
    target: text(target),
    session: text(session),
    principal: text(principal),
    // The names under which Loki, Grafana and Elastic link a line to its trace.
    trace_id: trace?.traceId,
    span_id: trace?.spanId,
  };
}

function text(value: string | number | undefined): string | number | undefined {
  return typeof value === "string" ? value.slice(0, MAX_CHARS) : value;
}

function loggerTo({ level = DEFAULT_LOG_LEVEL, redact: rules, base }: RequestLogOptions, stream: Stream): Logger {
  const redact = redactor({ maxBytes: DEFAULT_LOG_MAX_BYTES, ...rules });
  return pino(
    {
      level,
      base: base === undefined ? null : { ...base },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      // Here, where message, members, errors and the bindings of children have become one line: nothing gets past it.
      hooks: { streamWrite: (line) => `${JSON.stringify(clean(line, redact))}\n` },
    },
    stream,
  );
}

/** Ids of traces are ours, and half of them look like numbers. */
function clean(line: string, redact: Redactor): unknown {
  try {
    const { trace_id, span_id, ...rest } = JSON.parse(line) as Record<string, unknown>;
    const ids = trace_id === undefined ? {} : { trace_id, span_id };
    return { ...(redact(rest) as object), ...ids };
  } catch {
    return { level: "error", msg: "A line could not be redacted and was left out." };
  }
}
