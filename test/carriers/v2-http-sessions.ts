import { NodeStreamableHTTPServerTransport } from "@modelcontextprotocol/node";
import { stageHere } from "../fixtures/stage.ts";
import { storyV2 } from "../fixtures/story-v2.ts";
import { watcher } from "../fixtures/watcher.ts";
import { type Carrier, LEGACY } from "./carrier.ts";
import { httpClientV2 } from "./http-clients.ts";
import { httpHouse } from "./http-house.ts";
import { sessions } from "./http-sessions.ts";
import { proxied } from "./proxied.ts";
import { HttpWire, legacyHeaders } from "./wire-http.ts";

export const v2HttpSessions: Carrier = {
  name: "v2 over HTTP with sessions",
  traits: {
    ...LEGACY,
    sdk: "v2",
    transport: "http",
    session: true,
    knowsClient: true,
    headers: true,
    principal: true,
    reachesCall: true,
    clientGone: { kind: "lost", reason: "undeliverable", when: "when released" },
  },
  async open(how = {}) {
    const { stage, audience } = stageHere();
    const watch = watcher(how, stage);
    const handler = sessions((options) => {
      const transport = watch(new NodeStreamableHTTPServerTransport(options), "transport");
      return [transport, watch(storyV2(stage), "server").connect(transport)];
    });
    const house = await proxied(await httpHouse(watch(handler, "handler")), how, stage);
    return {
      audience,
      client: () => httpClientV2("legacy", house.url),
      wire: async () => new HttpWire(house.url, legacyHeaders),
      [Symbol.asyncDispose]: () => house[Symbol.asyncDispose](),
    };
  },
};
