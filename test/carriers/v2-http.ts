import { type NodeIncomingMessageLike, type NodeServerResponseLike, toNodeHandler } from "@modelcontextprotocol/node";
import { createMcpHandler, type McpHttpHandler } from "@modelcontextprotocol/server";
import { type Audience, stageHere } from "../fixtures/stage.ts";
import { storyV2 } from "../fixtures/story-v2.ts";
import { type How, watcher } from "../fixtures/watcher.ts";
import { type Carrier, type House, LEGACY, MODERN } from "./carrier.ts";
import { httpClientV2 } from "./http-clients.ts";
import { type HttpHouse, httpHouse } from "./http-house.ts";
import { proxied } from "./proxied.ts";
import { HttpWire, legacyHeaders, modernHeaders } from "./wire-http.ts";

const traits = { sdk: "v2", transport: "http", session: false, headers: true, principal: true } as const;

export const v2HttpModern: Carrier = {
  name: "v2 over HTTP, modern",
  traits: {
    ...MODERN,
    ...traits,
    knowsClient: true,
    reachesCall: true,
    clientGone: { kind: "cancelled", when: "at once" },
  },
  open: (how = {}) => open("modern", how),
};

export const v2HttpLegacy: Carrier = {
  name: "v2 over HTTP, legacy",
  traits: {
    ...LEGACY,
    ...traits,
    knowsClient: false,
    reachesCall: false,
    clientGone: { kind: "lost", reason: "closed", when: "at once" },
  },
  open: (how = {}) => open("legacy", how),
};

export interface V2House extends HttpHouse {
  readonly audience: Audience;
  readonly handler: McpHttpHandler;
}

/** One handler for both eras, as `createMcpHandler` makes it. */
export async function v2House(how: How): Promise<V2House> {
  const { stage, audience } = stageHere();
  const watch = watcher(how, stage);
  const factory = watch(() => storyV2(stage), "server");
  const handler = watch(createMcpHandler(factory, { keepAliveMs: 0 }), "handler");
  const serve = toNodeHandler(handler);
  const plain = await httpHouse((request, response) =>
    serve(request as NodeIncomingMessageLike, response as NodeServerResponseLike),
  );
  const house = await proxied(plain, how, stage);
  return {
    audience,
    handler,
    url: house.url,
    async [Symbol.asyncDispose]() {
      await handler.close();
      await house[Symbol.asyncDispose]();
    },
  };
}

async function open(era: "legacy" | "modern", how: How): Promise<House> {
  const house = await v2House(how);
  return {
    audience: house.audience,
    client: () => httpClientV2(era, house.url),
    wire: async () => new HttpWire(house.url, era === "modern" ? modernHeaders : legacyHeaders),
    [Symbol.asyncDispose]: () => house[Symbol.asyncDispose](),
  };
}
