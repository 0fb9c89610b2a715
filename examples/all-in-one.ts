/** Metrics, tracing, audit log and health of one server. */
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { diskCheck } from "@mcp-ops/health";
import { customCheck, opsEndpoint, watch } from "@mcp-ops/kit";
import { startTracing } from "@mcp-ops/telemetry";
import { toNodeHandler } from "@modelcontextprotocol/node";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";

// Where spans go, the variables of OpenTelemetry say: OTEL_EXPORTER_OTLP_ENDPOINT, or OTEL_TRACES_EXPORTER=console for stderr.
await startTracing({ service: "all-in-one" });

const stock = customCheck({ name: "stock", run: () => ({ ok: true, message: "full" }) });
const options = {
  server: "all-in-one",
  audit: { folder: process.env.AUDIT_FOLDER ?? join(tmpdir(), "all-in-one-audit") },
  health: { checks: [stock, diskCheck({ path: tmpdir(), criticality: "optional" as const })] },
};

const greeter = watch(() => {
  const server = new McpServer({ name: "all-in-one", version: "1.0.0" });
  server.registerTool("greet", { inputSchema: z.object({ name: z.string() }) }, ({ name }) => ({
    content: [{ type: "text", text: `Hello ${name}` }],
  }));
  return server;
}, options);

const http = createServer(toNodeHandler(watch(createMcpHandler(greeter), options)) as RequestListener);
http.listen(Number(process.env.PORT ?? 3000), "127.0.0.1", () => {
  console.log(`server http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`);
});

const { url } = await opsEndpoint({ listen: { port: Number(process.env.OPS_PORT ?? 9464) } });
for (const page of ["metrics", "health", "readyz", "audit/head"]) console.log(`${page} ${url}/${page}`);
