import type { ModuleSource } from "node:module";
import type { Sdk } from "./sdk-entries.ts";

/** Receives what a module exports, right after it has run. */
export type Receive = (exports: Readonly<Record<string, unknown>>, sdk: Sdk) => void;

// A global, because the line added to a module must not import anything: an import that fails would fail the host.
const RECEIVER = Symbol.for("mcp-ops.register.receive.v1");
const receiver = globalThis as { [RECEIVER]?: Receive };

/** Who receives. False when there is a receiver already: this package was loaded twice. */
export function receiveWith(receive: Receive): boolean {
  if (receiver[RECEIVER] !== undefined) return false;
  receiver[RECEIVER] = receive;
  return true;
}

/** Hands over what a module exports. */
export function handOver(exports: unknown, sdk: Sdk): void {
  receiver[RECEIVER]?.(exports as Readonly<Record<string, unknown>>, sdk);
}

/** The source with a line at its end, where no line number moves, that hands over what the module exports. */
export function withHandOver(
  source: ModuleSource,
  format: string | null | undefined,
  url: string,
  sdk: Sdk,
): string | undefined {
  const code = typeof source === "string" ? source : Buffer.from(source as Uint8Array).toString("utf8");
  const receive = `globalThis[Symbol.for(${JSON.stringify(RECEIVER.description)})]?.`;
  const args = (exports: string) => `(${exports}, ${JSON.stringify(sdk)});`;
  if (format?.startsWith("commonjs")) return `${code}\n;${receive}${args("module.exports")}\n`;
  if (!format?.startsWith("module")) return undefined;
  return `${code}\nimport * as mcpOpsExports from ${JSON.stringify(url)};\n${receive}${args("mcpOpsExports")}\n`;
}
