/**
 * A client that writes all the time, where it was let last, and elsewhere when it is refused; some of its calls bring tokens of their own, which
 * must reach nobody. Args: milliseconds between two calls, then name=URL of each node.
 */
import { FENCING_HEADER, FENCING_META_KEY } from "@mcp-ops/formats";
import { now, say } from "./saying.ts";

const [everyMs = "", ...given] = process.argv.slice(2);
const nodes = given.map((one) => one.split("=") as [string, string]);
const TIMEOUT_MS = 800;
const MAX_OPEN = 8;
const FORGED = String(2 ** 20);
let at = 0;
let count = 0;
let open = 0;

const ENVELOPE = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientCapabilities": {},
};

function post(url: string, name: string, isForged: boolean): Promise<Response> {
  const _meta = { ...ENVELOPE, ...(isForged && { [FENCING_META_KEY]: FORGED }) };
  const headers = {
    "content-type": "application/json",
    accept: "application/json, text/event-stream",
    "mcp-protocol-version": "2026-07-28",
    "mcp-method": "tools/call",
    "mcp-name": name,
    ...(isForged && { [FENCING_HEADER]: FORGED }),
  };
  const body = JSON.stringify({
    jsonrpc: "2.0",
    id: count,
    method: "tools/call",
    params: { name, arguments: { begun: now() }, _meta },
  });
  return fetch(url, { method: "POST", headers, body, signal: AbortSignal.timeout(TIMEOUT_MS) });
}

async function call(tool: string, place: number, isForged: boolean): Promise<void> {
  const [node = "", url = ""] = nodes[place] ?? [];
  open++;
  const how = await post(url, tool, isForged).then(
    async (answer) => {
      const text = await answer.text();
      return answer.status === 503
        ? "refused"
        : /"result"/.test(text) && !/"isError":true/.test(text)
          ? "done"
          : "failed";
    },
    () => "failed",
  );
  open--;
  if (tool === "write") say({ what: "answered", node, how });
  if (tool === "write" && how !== "done" && place === at) at = (at + 1) % nodes.length;
}

setInterval(() => {
  if (open >= MAX_OPEN) return;
  count++;
  void call("write", at, count % 5 === 0);
  if (count % 20 === 0) void call("look", (count / 20) % nodes.length, true);
}, Number(everyMs));
say({ what: "ready" });
