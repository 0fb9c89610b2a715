import { startTracing, type Telemetry } from "@mcp-ops/telemetry";
import { type TracesFlag, usage } from "./options.ts";
import { SERVER_NAME } from "./server/server.ts";

/** Where spans go, and what became of them. */
export interface Traces extends AsyncDisposable {
  /** One line for people. */
  readonly words: string;
  /** Sends what waits, while there is hope. */
  finish(): Promise<unknown>;
}

const DEFAULT_COLLECTOR = "http://localhost:4318";
const FINISH_MS = 2_000;

const NOWHERE: Traces = {
  words: "none are made; --traces otlp sends them, --traces console prints them",
  finish: async () => {},
  [Symbol.asyncDispose]: async () => {},
};

/** Starts OpenTelemetry where spans have somewhere to go; else no span is made at all. */
export async function demoTraces(flag: TracesFlag | undefined, env: NodeJS.ProcessEnv): Promise<Traces> {
  const collector = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? env.OTEL_EXPORTER_OTLP_ENDPOINT;
  const where = flag ?? (collector === undefined ? "none" : "otlp");
  if (where === "none") return NOWHERE;
  if (where === "console" && process.stdout.isTTY && process.stderr.isTTY) {
    usage(
      "Spans on stderr would run through the table. Send them to a file: npm start -- --traces console 2> spans.jsonl",
    );
  }
  const telemetry = await startTracing({ service: SERVER_NAME, exporter: where });
  const target = where === "console" ? "stderr, a line of JSON each" : (collector ?? DEFAULT_COLLECTOR);
  return {
    get words() {
      return `to ${target}: ${sent(telemetry)}`;
    },
    finish: () => telemetry.shutdown(FINISH_MS),
    [Symbol.asyncDispose]: async () => void (await telemetry.shutdown(FINISH_MS)),
  };
}

function sent({ counts: { exported, failed, dropped, waiting } }: Telemetry): string {
  const others = Object.entries({ waiting, failed, dropped }).filter(([, count]) => count > 0);
  return [`${exported} spans sent`, ...others.map(([word, count]) => `${count} ${word}`)].join(", ");
}
