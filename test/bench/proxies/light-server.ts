/** One tool without an SDK, so that what is measured is what stands in front: `light-server.ts http <port>` or `light-server.ts stdio`. */
import { createServer } from "node:http";
import { createInterface } from "node:readline";

const INITIALIZED = {
  protocolVersion: "2025-11-25",
  capabilities: { tools: {} },
  serverInfo: { name: "light", version: "1.0.0" },
};
const TOOLS = { tools: [{ name: "add", inputSchema: { type: "object" } }] };

/** The answer to one message; undefined to a notification. */
function answer(text: string): string | undefined {
  const { id, method, params } = JSON.parse(text) as {
    id?: unknown;
    method: string;
    params?: { arguments?: { a: number; b: number } };
  };
  if (id === undefined) return undefined;
  const { a = 0, b = 0 } = params?.arguments ?? {};
  const sum = { content: [{ type: "text", text: String(a + b) }] };
  const result = method === "initialize" ? INITIALIZED : method === "tools/list" ? TOOLS : sum;
  return JSON.stringify({ jsonrpc: "2.0", id, result });
}

function overHttp(port: number): void {
  createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text) => {
      body += text;
    });
    request.on("end", () => {
      const answered = request.method === "POST" ? answer(body) : undefined;
      if (answered === undefined) return response.writeHead(request.method === "POST" ? 202 : 405).end();
      const type = { "content-type": "application/json", "mcp-session-id": "light" };
      return response.writeHead(200, { ...type, "content-length": Buffer.byteLength(answered) }).end(answered);
    });
  }).listen(port, "127.0.0.1");
}

function overStdio(): void {
  createInterface({ input: process.stdin }).on("line", (line) => {
    const answered = answer(line);
    if (answered !== undefined) process.stdout.write(`${answered}\n`);
  });
}

if (process.argv[2] === "http") overHttp(Number(process.argv[3]));
else overStdio();
