const { FastMCP } = require("fastmcp");
const { z } = require("zod");

const server = new FastMCP({ name: "fixture-fastmcp-cjs", version: "1.0.0" });
server.addTool({
  name: "echo",
  description: "Says it again",
  parameters: z.object({ text: z.string() }),
  execute: async ({ text }) => text,
});
server.start({ transportType: "stdio" });
