import { PRICED_THINGS, type PricedThing, type ServerCost, type ShareCost } from "@mcp-ops/formats";
import type { Rates } from "../prices/rates.ts";
import type { Compute, ServerQuantities } from "../quantities.ts";
import { apportion, microUnitsAtMost } from "./apportion.ts";
import { sessionAmounts } from "./session-amounts.ts";
import { type ShareInMicroUnits, Shares } from "./shares.ts";
import { amountsOf, CALL, isDefinitions, pricedTokens, type UseAmounts } from "./use-amounts.ts";

/** In grains. Together they are what a server costs. */
type Parts = Record<"used" | "idle" | "tokens" | "definitions" | "calls", bigint>;

/** What a server costs over the segments of a day, exact until the last step. */
export class ServerSum {
  readonly #parts: Parts = { used: 0n, idle: 0n, tokens: 0n, definitions: 0n, calls: 0n };
  readonly #tools: Shares = new Shares();
  readonly #principals: Shares = new Shares();
  readonly #sessions: Shares = new Shares();
  readonly #unpriced: Set<PricedThing> = new Set();
  #mayMiss = 0n;
  #cpuUs = 0n;
  #memoryByteMs = 0n;
  #definitionTokens: number | undefined;

  /** @param cores how many cores processes that nobody saw may have kept busy */
  add(server: ServerQuantities, rates: Rates, cores: number): void {
    const { used, idle, storageByteMs, network, coverage, definitions } = server;
    const sentBytes = network?.sentBytes ?? 0n;
    this.#parts.used +=
      computeGrains(used, rates) + storageByteMs * (rates.storage ?? 0n) + sentBytes * (rates.network ?? 0n);
    this.#parts.idle += computeGrains(idle, rates);
    this.#cpuUs += used.cpuUs;
    this.#memoryByteMs += used.memoryByteMs;
    this.#definitionTokens = definitions?.tokens ?? this.#definitionTokens;
    const unseen = { cpuUs: BigInt(coverage.unseenMs) * 1_000n * BigInt(cores), memoryByteMs: coverage.gapByteMs };
    this.#mayMiss += computeGrains(unseen, rates);
    this.#addUses(server, rates);
    this.#noteUnpriced(server, rates);
  }

  /** In grains. */
  get whole(): bigint {
    return Object.values(this.#parts).reduce((sum, part) => sum + part, 0n);
  }

  /** @param microUnits `whole`, rounded so that the servers of the day add up */
  cost(server: string, microUnits: number): ServerCost {
    const { used, idle, tokens, definitions, calls } = this.#parts;
    const parts = apportion(microUnits, [used, idle, tokens, definitions, calls]);
    const tools = this.#tools.of(microUnits, this.whole);
    const known = this.#definitionTokens;
    return {
      server,
      microUnits,
      used: parts[0] ?? 0,
      idle: parts[1] ?? 0,
      tokens: parts[2] ?? 0,
      definitions: parts[3] ?? 0,
      calls: parts[4] ?? 0,
      mayMiss: microUnitsAtMost(this.#mayMiss),
      unpriced: PRICED_THINGS.filter((thing) => this.#unpriced.has(thing)),
      cpuUs: Number(this.#cpuUs),
      memoryByteMs: String(this.#memoryByteMs),
      tools: tools.shares.map(({ name, ...tool }) => ({ target: name, ...tool })),
      unattributed: tools.rest,
      principals: this.#principals.of(microUnits, this.whole).shares.map(shareCost),
      sessions: this.#sessions.of(microUnits, this.whole).shares.map(shareCost),
      ...(known !== undefined && { definitionTokens: known }),
    };
  }

  #addUses(server: ServerQuantities, rates: Rates): void {
    const amounts = amountsOf(server, rates);
    for (const one of amounts) {
      const { method, target, principal, count, tokens } = one.use;
      const whole = one.cpu + one.tokens + one.calls;
      const calls = method === CALL ? count : 0;
      this.#parts[isDefinitions(one.use) ? "definitions" : "tokens"] += one.tokens;
      this.#parts.calls += one.calls;
      if (method === CALL) this.#tools.add(target, { grains: whole, tokenGrains: one.tokens, calls, tokens });
      if (principal !== undefined) this.#principals.add(principal, { grains: whole, calls });
    }
    this.#addSessions(server, amounts, rates);
  }

  #addSessions({ sessions }: ServerQuantities, amounts: readonly UseAmounts[], rates: Rates): void {
    for (const { session, ...share } of sessionAmounts(sessions, amounts, rates)) this.#sessions.add(session, share);
  }

  #noteUnpriced({ used, idle, storageByteMs, network, uses }: ServerQuantities, rates: Rates): void {
    const there: Readonly<Record<PricedThing, boolean>> = {
      cpu: used.cpuUs + idle.cpuUs > 0n,
      memory: used.memoryByteMs + idle.memoryByteMs > 0n,
      storage: storageByteMs > 0n,
      network: (network?.sentBytes ?? 0n) > 0n,
      tokens: uses.some(({ method, tokens }) => pricedTokens(method, tokens) > 0),
    };
    for (const thing of PRICED_THINGS) {
      const rate = thing === "tokens" ? rates.token : rates[thing];
      if (there[thing] && rate === undefined) this.#unpriced.add(thing);
    }
  }
}

export function computeGrains({ cpuUs, memoryByteMs }: Compute, rates: Rates): bigint {
  return cpuUs * (rates.cpu ?? 0n) + memoryByteMs * (rates.memory ?? 0n);
}

function shareCost({ name, calls, microUnits }: ShareInMicroUnits): ShareCost {
  return { name, calls, microUnits };
}
