import type { ExporterName } from "@mcp-ops/telemetry";
import type { SignalFlags } from "./signal-options.ts";

/**
 * Starts OpenTelemetry where the operator asked for spans, before anything is watched. What cannot be started is a warning.
 * Disposing of it sends what is waiting.
 */
export async function openSpans(
  flags: SignalFlags,
  env: NodeJS.ProcessEnv,
  { server, onWarning }: { readonly server: string; readonly onWarning: (error: unknown) => void },
): Promise<AsyncDisposable | undefined> {
  const exporter = flags.trace ?? env.MCP_OPS_TRACE;
  if (!exporter || exporter === "none") return undefined;
  try {
    const { startTracing } = await import("@mcp-ops/telemetry");
    return await startTracing({ service: server, exporter: exporter as ExporterName });
  } catch (error) {
    onWarning(error);
    return undefined;
  }
}
