/** What only the holder of the newest token may write to: the shipped adapter behind HTTP. Args: address, port, file. */
import { createServer } from "node:http";
import { FENCING_HEADER } from "@mcp-ops/formats";
import { admitRequest, fencedSink } from "@mcp-ops/guard";
import { say } from "./saying.ts";

const [address = "", port = "", file = ""] = process.argv.slice(2);
const sink = fencedSink({ file });

createServer((request, response) => {
  request.resume();
  const node = String(request.headers["x-node"]);
  if (!admitRequest(sink, request, response)) {
    say({ what: "refused", node, status: response.statusCode });
    return;
  }
  say({ what: "accepted", node, token: String(request.headers[FENCING_HEADER]) });
  response.end("done");
}).listen(Number(port), address, () => say({ what: "ready" }));
