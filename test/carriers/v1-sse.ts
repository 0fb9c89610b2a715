import { SSEClientTransport } from "@modelcontextprotocol/sdk/client/sse.js";
import { SSEServerTransport } from "@modelcontextprotocol/sdk/server/sse.js";
import { type Stage, stageHere } from "../fixtures/stage.ts";
import { storyV1 } from "../fixtures/story-v1.ts";
import { type Watch, watcher } from "../fixtures/watcher.ts";
import { type Carrier, LEGACY } from "./carrier.ts";
import { clientV1 } from "./client-v1.ts";
import { CLIENT_HEADERS, type Handler, httpHouse } from "./http-house.ts";
import { proxied } from "./proxied.ts";
import { sseWire } from "./wire-sse.ts";

export const v1Sse: Carrier = {
  name: "v1 over the older SSE",
  traits: {
    ...LEGACY,
    sdk: "v1",
    transport: "sse",
    session: true,
    knowsClient: true,
    headers: true,
    principal: true,
    reachesCall: true,
    clientGone: { kind: "lost", reason: "closed", when: "at once" },
  },
  async open(how = {}) {
    const { stage, audience } = stageHere();
    const house = await proxied(await httpHouse(sseHandler(stage, watcher(how, stage))), how, stage);
    return {
      audience,
      client: () => clientV1(new SSEClientTransport(new URL(house.url), { requestInit: { headers: CLIENT_HEADERS } })),
      wire: () => sseWire(house.url),
      [Symbol.asyncDispose]: () => house[Symbol.asyncDispose](),
    };
  },
};

function sseHandler(stage: Stage, watch: Watch): Handler {
  const open = new Map<string, SSEServerTransport>();
  return async (request, response) => {
    if (request.method === "GET") {
      const transport = watch(new SSEServerTransport("/mcp", response), "transport");
      open.set(transport.sessionId, transport);
      return watch(storyV1(stage), "server").connect(transport);
    }
    const session = new URL(request.url ?? "", "http://localhost").searchParams.get("sessionId");
    return open.get(String(session))?.handlePostMessage(request, response);
  };
}
