import { type CostDay, PRICED_THINGS, type PricedThing, type ServerCost } from "@mcp-ops/formats";

/** What a server cost over several days. */
export interface ServerTotal
  extends Pick<
    ServerCost,
    "server" | "microUnits" | "used" | "idle" | "tokens" | "definitions" | "calls" | "mayMiss" | "unattributed"
  > {
  readonly unpriced: readonly PricedThing[];
}

/** What several days cost together: sums of what each of them shows. */
export interface Totals {
  readonly microUnits: number;
  readonly machineIdle: number;
  /** The dearest first. */
  readonly servers: readonly ServerTotal[];
}

export function totalsOf(days: readonly CostDay[]): Totals {
  const servers = new Map<string, ServerTotal>();
  for (const server of days.flatMap((day) => day.servers)) {
    servers.set(server.server, plus(servers.get(server.server), server));
  }
  return {
    microUnits: days.reduce((sum, day) => sum + day.microUnits, 0),
    machineIdle: days.reduce((sum, day) => sum + day.machineIdle, 0),
    servers: [...servers.values()].sort((a, b) => b.microUnits - a.microUnits),
  };
}

function plus(sum: ServerTotal | undefined, one: ServerTotal): ServerTotal {
  return {
    server: one.server,
    microUnits: one.microUnits + (sum?.microUnits ?? 0),
    used: one.used + (sum?.used ?? 0),
    idle: one.idle + (sum?.idle ?? 0),
    tokens: one.tokens + (sum?.tokens ?? 0),
    definitions: one.definitions + (sum?.definitions ?? 0),
    calls: one.calls + (sum?.calls ?? 0),
    mayMiss: one.mayMiss + (sum?.mayMiss ?? 0),
    unattributed: one.unattributed + (sum?.unattributed ?? 0),
    unpriced: PRICED_THINGS.filter((thing) => one.unpriced.includes(thing) || sum?.unpriced.includes(thing)),
  };
}
