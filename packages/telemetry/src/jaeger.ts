import { OpsError } from "@mcp-ops/formats";
import type { SpanExporter } from "@opentelemetry/sdk-trace";
import { TELEMETRY_ERROR } from "./errors.ts";
import type { Jaeger } from "./options.ts";

/** Not a literal in `import()`: the package is optional, and compilers and bundlers must not look for it. */
const JAEGER_PACKAGE = "@mcp-ops/telemetry-jaeger";

type Load = (name: string) => Promise<unknown>;

/** Loads the exporter for Jaeger, which is installed apart. */
export async function loadJaeger(
  { kind: _, ...target }: Jaeger,
  load: Load = (name) => import(name),
): Promise<SpanExporter> {
  let loaded: { jaegerExporter(target: object): SpanExporter };
  try {
    loaded = (await load(JAEGER_PACKAGE)) as typeof loaded;
  } catch (cause) {
    throw new OpsError(
      TELEMETRY_ERROR.jaegerMissing,
      `The exporter for Jaeger's agent is not installed. Run \`npm install ${JAEGER_PACKAGE}\`; or, since Jaeger 1.35 takes OTLP, use the exporter "otlp-http" with its port 4318.`,
      { cause },
    );
  }
  return loaded.jaegerExporter(target);
}
