import { InMemoryTransport } from "@modelcontextprotocol/server";
import { stageHere } from "../fixtures/stage.ts";
import { storyV2 } from "../fixtures/story-v2.ts";
import { watcher } from "../fixtures/watcher.ts";
import { type Carrier, LEGACY } from "./carrier.ts";
import { clientV2 } from "./client-v2.ts";
import { memoryWire } from "./wire-memory.ts";

export const v2Memory: Carrier = {
  name: "v2 in memory",
  traits: {
    ...LEGACY,
    sdk: "v2",
    transport: "memory",
    session: false,
    knowsClient: true,
    headers: false,
    principal: false,
    reachesCall: true,
    clientGone: { kind: "lost", reason: "closed", when: "at once" },
  },
  async open(how = {}) {
    const { stage, audience } = stageHere();
    const watch = watcher(how, stage);
    const server = watch(storyV2(stage), "server");
    const [clientSide, serverSide] = InMemoryTransport.createLinkedPair();
    await server.connect(watch(serverSide, "transport"));
    return {
      audience,
      client: () => clientV2("legacy", clientSide),
      wire: () => memoryWire(clientSide),
      [Symbol.asyncDispose]: () => server.close(),
    };
  },
};
