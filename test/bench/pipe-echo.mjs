// The lightest server there can be: what is measured is what stands before it.
let rest = "";
process.stdin.setEncoding("utf8").on("data", (text) => {
  const lines = (rest + text).split("\n");
  rest = lines.pop();
  for (const line of lines) {
    const { id, method } = JSON.parse(line);
    if (id === undefined) continue;
    const tools = [{ name: "add", inputSchema: { type: "object" } }];
    const result = method === "tools/list" ? { tools } : { content: [{ type: "text", text: "3" }] };
    process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", id, result })}\n`);
  }
});
