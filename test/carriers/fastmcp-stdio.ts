import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { type Carrier, LEGACY } from "./carrier.ts";
import { clientV1 } from "./client-v1.ts";
import { stdioHouse } from "./stdio-house.ts";

export const fastMcpStdio: Carrier = {
  name: "FastMCP over stdio",
  traits: {
    ...LEGACY,
    sdk: "fastmcp",
    transport: "stdio",
    session: false,
    knowsClient: true,
    headers: false,
    principal: false,
    reachesCall: true,
    clientGone: { kind: "lost", reason: "closed", when: "at once" },
  },
  async open(how = {}) {
    const house = stdioHouse("fastmcp", how);
    const client = async () => {
      const connected = await clientV1(new StdioServerTransport(house.stdout, house.stdin), house.leave);
      // Only then does FastMCP look whether its stdin ends.
      await house.audience.hears({ about: "connected" });
      return connected;
    };
    return { ...house, client };
  },
};
