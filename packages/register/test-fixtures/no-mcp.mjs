// A host that loads the SDK's classes but never serves, like a build tool.
import "@modelcontextprotocol/sdk/server/mcp.js";

console.log("host ran");
