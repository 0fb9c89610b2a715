import { StdioServerTransport } from "@modelcontextprotocol/server/stdio";
import type { How } from "../fixtures/watcher.ts";
import { type Carrier, type House, LEGACY, MODERN } from "./carrier.ts";
import { clientV2 } from "./client-v2.ts";
import { stdioHouse } from "./stdio-house.ts";

const traits = {
  sdk: "v2",
  transport: "stdio",
  session: false,
  knowsClient: true,
  headers: false,
  principal: false,
  reachesCall: true,
  clientGone: { kind: "lost", reason: "closed", when: "at once" },
} as const;

export const v2StdioModern: Carrier = {
  name: "v2 over stdio, modern",
  traits: { ...MODERN, ...traits },
  open: (how = {}) => open("modern", how),
};

export const v2StdioLegacy: Carrier = {
  name: "v2 over stdio, legacy",
  traits: { ...LEGACY, ...traits },
  open: (how = {}) => open("legacy", how),
};

async function open(era: "legacy" | "modern", how: How): Promise<House> {
  const house = stdioHouse("v2", how);
  const client = () => clientV2(era, new StdioServerTransport(house.stdout, house.stdin), house.leave);
  return { ...house, client };
}
