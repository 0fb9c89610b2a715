// An MCP server in a process of its own that takes calls and never answers: of `begun` it says the beginning.
import { createServer } from "node:http";

const server = createServer((request, response) => {
  if (request.url === "/begun") response.writeHead(200, { "content-type": "text/event-stream" }).write(": begun\n\n");
  else process.stdout.write("asked\n");
});
server.listen(0, "127.0.0.1", () => process.stdout.write(`${server.address().port}\n`));
