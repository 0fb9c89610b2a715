import { OTHER, type TokenMethod } from "@mcp-ops/formats";

const MAX_TARGETS = 1000;

/** What a tool, or all of a server, was used for on one day. */
export interface DayFigures {
  calls: number;
  /** Of these, how many did not end well. */
  failed: number;
  readonly tokens: Partial<Record<TokenMethod, number>>;
}

/** What this process itself knows of a day: for servers that no sidecar reads. Days are those of UTC. */
export class Today {
  #day = 0;
  #cpuBefore = 0;
  #tools = new Map<string, Map<string, DayFigures>>();

  /** Figures of calls of a tool; they are of the day they ended on. */
  tool(day: number, server: string, target: string): DayFigures {
    this.#turn(day);
    const tools = this.#tools.get(server) ?? new Map<string, DayFigures>();
    if (tools.size === 0 && this.#tools.size < MAX_TARGETS) this.#tools.set(server, tools);
    const known = tools.get(target);
    if (known !== undefined) return known;
    if (tools.size >= MAX_TARGETS && target !== OTHER) return this.tool(day, server, OTHER);
    const figures: DayFigures = { calls: 0, failed: 0, tokens: {} };
    tools.set(target, figures);
    return figures;
  }

  /** Figures by tool of one server, and the CPU time of the whole process since the day began, or the process did. */
  of(day: number, server: string): { readonly tools: ReadonlyMap<string, DayFigures>; readonly cpuUs: number } {
    this.#turn(day);
    return { tools: this.#tools.get(server) ?? new Map(), cpuUs: cpuUs() - this.#cpuBefore };
  }

  #turn(day: number): void {
    if (day <= this.#day) return;
    // What it used before it was first asked belongs to the day it began on, which is taken to be this one.
    this.#cpuBefore = this.#day === 0 ? 0 : cpuUs();
    this.#day = day;
    this.#tools = new Map();
  }
}

function cpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
