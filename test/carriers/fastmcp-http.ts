import { FastMCPSession } from "fastmcp";
import { freePort } from "../fixtures/free-port.ts";
import { stageHere } from "../fixtures/stage.ts";
import { storyFastMcp } from "../fixtures/story-fastmcp.ts";
import { type How, type Watch, watcher } from "../fixtures/watcher.ts";
import { type Carrier, type House, LEGACY } from "./carrier.ts";
import { httpClientV1 } from "./http-clients.ts";
import { proxied } from "./proxied.ts";
import { HttpWire, legacyHeaders } from "./wire-http.ts";

const traits = {
  sdk: "fastmcp",
  transport: "http",
  headers: true,
  principal: false,
  // Its event store keeps the answer for a client that comes back.
  clientGone: { kind: "result", when: "when released" },
} as const;

export const fastMcpHttpSessions: Carrier = {
  name: "FastMCP over HTTP with sessions",
  traits: {
    ...LEGACY,
    ...traits,
    session: true,
    knowsClient: true,
    reachesCall: true,
  },
  open: (how = {}) => open(false, how),
};

export const fastMcpHttpStateless: Carrier = {
  name: "FastMCP over HTTP without sessions",
  traits: {
    ...LEGACY,
    ...traits,
    session: false,
    knowsClient: false,
    reachesCall: false,
  },
  open: (how = {}) => open(true, how),
};

async function open(stateless: boolean, how: How): Promise<House> {
  const { stage, audience } = stageHere();
  lendConnect(watcher(how, stage));
  const server = storyFastMcp(stage);
  const port = await freePort();
  await server.start({ transportType: "httpStream", httpStream: { port, host: "127.0.0.1", stateless } });
  const plain = {
    url: `http://127.0.0.1:${port}/mcp`,
    async [Symbol.asyncDispose]() {
      await server.stop();
      FastMCPSession.prototype.connect = asWritten;
    },
  };
  const house = await proxied(plain, how, stage);
  return {
    audience,
    client: () => httpClientV1(house.url),
    wire: async () => new HttpWire(house.url, legacyHeaders),
    [Symbol.asyncDispose]: () => house[Symbol.asyncDispose](),
  };
}

const asWritten = FastMCPSession.prototype.connect;

/** A class is watched once and for all; so that one process can open many houses, an heir is watched and lends what that changed. */
function lendConnect(watch: Watch): void {
  FastMCPSession.prototype.connect = asWritten;
  FastMCPSession.prototype.connect = watch(class extends FastMCPSession {}, "server").prototype.connect;
}
