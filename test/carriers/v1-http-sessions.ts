import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { stageHere } from "../fixtures/stage.ts";
import { storyV1 } from "../fixtures/story-v1.ts";
import { watcher } from "../fixtures/watcher.ts";
import { type Carrier, LEGACY } from "./carrier.ts";
import { httpClientV1 } from "./http-clients.ts";
import { httpHouse } from "./http-house.ts";
import { sessions } from "./http-sessions.ts";
import { proxied } from "./proxied.ts";
import { HttpWire, legacyHeaders } from "./wire-http.ts";

export const v1HttpSessions: Carrier = {
  name: "v1 over HTTP with sessions",
  traits: {
    ...LEGACY,
    sdk: "v1",
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
      const transport = watch(new StreamableHTTPServerTransport(options), "transport");
      // The SDK's own class misses its own interface by `| undefined` under exactOptionalPropertyTypes.
      return [transport, watch(storyV1(stage), "server").connect(transport as Transport)];
    });
    const house = await proxied(await httpHouse(watch(handler, "handler")), how, stage);
    return {
      audience,
      client: () => httpClientV1(house.url),
      wire: async () => new HttpWire(house.url, legacyHeaders),
      [Symbol.asyncDispose]: () => house[Symbol.asyncDispose](),
    };
  },
};
