import { spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";

/** Takes connections and never answers. */
let silent: Server;
let url: string;

beforeAll(async () => {
  silent = createServer().listen(0, "127.0.0.1");
  await once(silent, "listening");
  url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
});
afterAll(() => void silent.close());

/** Far more than the deadline below, and less than the ten seconds that exporters go on by themselves. */
const PATIENCE_MS = 9_000;

const script = (exporter: object) => `
  import { trace } from "@opentelemetry/api";
  import { startTracing } from "@mcp-ops/telemetry";
  const telemetry = await startTracing({ service: "story", exporter: ${JSON.stringify(exporter)} });
  for (let i = 0; i < 5; i++) trace.getTracer("test").startSpan("tools/call ok").end();
  await telemetry.shutdown(100);
  process.stdout.write("down");`;

test.each([
  ["OTLP over HTTP, refused", () => ({ kind: "otlp-http", url: "http://127.0.0.1:9" })],
  ["OTLP over HTTP, silent", () => ({ kind: "otlp-http", url })],
  ["OTLP over gRPC, refused", () => ({ kind: "otlp-grpc", url: "http://127.0.0.1:9" })],
  ["OTLP over gRPC, silent", () => ({ kind: "otlp-grpc", url })],
  ["Jaeger's collector, silent", () => ({ kind: "jaeger", endpoint: `${url}/api/traces` })],
  ["Jaeger's agent, absent", () => ({ kind: "jaeger", host: "127.0.0.1", port: 9 })],
])("a process ends once telemetry was shut down, whatever its collector does: %s", async (_, exporter) => {
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script(exporter())], {
    cwd: new URL("..", import.meta.url),
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  // From here on nothing is left to do: what keeps it now would be a leftover of the exporter.
  const timer = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
  const [code, signal] = await once(child, "exit");
  clearTimeout(timer);
  expect([code, signal]).toEqual([0, null]);
});
