import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { type Carrier, LEGACY } from "./carrier.ts";
import { clientV1 } from "./client-v1.ts";
import { stdioHouse } from "./stdio-house.ts";

export const v1Stdio: Carrier = {
  name: "v1 over stdio",
  traits: {
    ...LEGACY,
    sdk: "v1",
    transport: "stdio",
    session: false,
    knowsClient: true,
    headers: false,
    principal: false,
    reachesCall: true,
    // SDK v1 does not look whether its stdin has ended: the call goes on and is answered into the pipe.
    clientGone: { kind: "result", when: "when released" },
  },
  async open(how = {}) {
    const house = stdioHouse("v1", how);
    // Lines in and lines out are the same at both ends of a pipe, and the SDK's stdio client cannot give its child an IPC channel.
    const client = () => clientV1(new StdioServerTransport(house.stdout, house.stdin), house.leave);
    return { ...house, client };
  },
};
