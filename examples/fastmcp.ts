/** A FastMCP server. It makes a session for each client, so the class of the sessions is watched, before the start. */
import { opsEndpoint, watch } from "@mcp-ops/kit";
import { FastMCP, FastMCPSession } from "fastmcp";
import { z } from "zod";

watch(FastMCPSession);

const server = new FastMCP({ name: "fastmcp", version: "1.0.0" });
server.addTool({
  name: "greet",
  parameters: z.object({ name: z.string() }),
  execute: async ({ name }) => `Hello ${name}`,
});

const port = Number(process.env.PORT ?? 3000);
await server.start({ transportType: "httpStream", httpStream: { port, host: "127.0.0.1" } });
console.log(`server http://127.0.0.1:${port}/mcp`);

const ops = await opsEndpoint({ listen: { port: Number(process.env.OPS_PORT ?? 9464) } });
console.log(`metrics ${ops.url}/metrics`);
