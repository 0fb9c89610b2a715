import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { stageHere } from "../fixtures/stage.ts";
import { storyV1 } from "../fixtures/story-v1.ts";
import { watcher } from "../fixtures/watcher.ts";
import { type Carrier, LEGACY } from "./carrier.ts";
import { clientV1 } from "./client-v1.ts";
import { memoryWire } from "./wire-memory.ts";

export const v1Memory: Carrier = {
  name: "v1 in memory",
  traits: {
    ...LEGACY,
    sdk: "v1",
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
    const server = watch(storyV1(stage), "server");
    const [clientSide, serverSide] = InMemoryTransport.createLinkedPair();
    await server.connect(watch(serverSide, "transport"));
    return {
      audience,
      client: () => clientV1(clientSide),
      wire: () => memoryWire(clientSide),
      [Symbol.asyncDispose]: () => server.close(),
    };
  },
};
