/** A metric of your own beside those of mcp-ops: same registry, same page. */
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { defaultMetrics, opsEndpoint, watch } from "@mcp-ops/kit";
import { toNodeHandler } from "@modelcontextprotocol/node";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { Counter } from "prom-client";
import { z } from "zod";

const orders = new Counter({
  name: "shop_orders_total",
  help: "Orders taken.",
  // Labels take values from small sets only: sizes, not customers.
  labelNames: ["size"],
  registers: [defaultMetrics().registry],
});

const order = z.object({ size: z.enum(["small", "large"]), pieces: z.number().int().positive() });

const shop = watch(() => {
  const server = new McpServer({ name: "shop", version: "1.0.0" });
  server.registerTool("order", { inputSchema: order }, ({ size, pieces }) => {
    orders.inc({ size }, pieces);
    return { content: [{ type: "text", text: `${pieces} ordered` }] };
  });
  return server;
});

const http = createServer(toNodeHandler(watch(createMcpHandler(shop))) as RequestListener);
http.listen(Number(process.env.PORT ?? 3000), "127.0.0.1", () => {
  console.log(`server http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`);
});

const ops = await opsEndpoint({ listen: { port: Number(process.env.OPS_PORT ?? 9464) } });
console.log(`metrics ${ops.url}/metrics`);
