import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { type Stage, stageHere } from "../fixtures/stage.ts";
import { storyV1 } from "../fixtures/story-v1.ts";
import { type Watch, watcher } from "../fixtures/watcher.ts";
import { type Carrier, LEGACY } from "./carrier.ts";
import { httpClientV1 } from "./http-clients.ts";
import { type Handler, httpHouse } from "./http-house.ts";
import { proxied } from "./proxied.ts";
import { HttpWire, legacyHeaders } from "./wire-http.ts";

export const v1HttpStateless: Carrier = {
  name: "v1 over HTTP without sessions",
  traits: {
    ...LEGACY,
    sdk: "v1",
    transport: "http",
    session: false,
    knowsClient: false,
    headers: true,
    principal: true,
    reachesCall: false,
    clientGone: { kind: "lost", reason: "closed", when: "at once" },
  },
  async open(how = {}) {
    const { stage, audience } = stageHere();
    const watch = watcher(how, stage);
    const house = await proxied(await httpHouse(watch(serverPerRequest(stage, watch), "handler")), how, stage);
    return {
      audience,
      client: () => httpClientV1(house.url),
      wire: async () => new HttpWire(house.url, legacyHeaders),
      [Symbol.asyncDispose]: () => house[Symbol.asyncDispose](),
    };
  },
};

/** As in the SDK's own stateless example: a server and a transport for each POST, closed with its response. */
function serverPerRequest(stage: Stage, watch: Watch): Handler {
  return async (request, response) => {
    if (request.method !== "POST") return response.writeHead(405).end();
    const server = watch(storyV1(stage), "server");
    const transport = watch(new StreamableHTTPServerTransport(), "transport");
    response.on("close", () => void server.close());
    await server.connect(transport as Transport);
    return transport.handleRequest(request, response);
  };
}
