/** A server of SDK v2 over stdio. It has no port: its metrics wait on a socket that it leaves word of in the runtime folder. */
import { tmpdir, userInfo } from "node:os";
import { announce, runtimeFolder, watch } from "@mcp-ops/kit";
import { McpServer } from "@modelcontextprotocol/server";
import { StdioServerTransport, serveStdio } from "@modelcontextprotocol/server/stdio";
import { z } from "zod";

const greeter = watch(() => {
  const server = new McpServer({ name: "v2-stdio", version: "1.0.0" });
  server.registerTool("greet", { inputSchema: z.object({ name: z.string() }) }, ({ name }) => ({
    content: [{ type: "text", text: `Hello ${name}` }],
  }));
  return server;
});

const { MCP_OPS_RUNTIME_DIR: chosen, XDG_RUNTIME_DIR: xdgRuntimeDir } = process.env;
const folder = runtimeFolder({ chosen, xdgRuntimeDir, tmpDir: tmpdir(), uid: userInfo().uid });
const ops = await announce({ folder, server: "v2-stdio" });
// On stdio, stdout belongs to the protocol. To look: curl --unix-socket <path> http://localhost/metrics
console.error(`metrics ${ops.socketPath}`);

// Watching the pipe as well shows what is answered before a server is made, such as listen streams.
serveStdio(greeter, { transport: watch(new StdioServerTransport()) });
