import { OTHER, type TokenMethod } from "@mcp-ops/formats";

const MAX_TARGETS = 1000;

/** What a tool, or all of a server, was used for on one day. */
export interface DayFigures {
  calls: number;
  /** Of these, how many did not end well. */
  failed: number;
  readonly tokens: Partial<Record<TokenMethod, number>>;
}

/** CPU time of a process, and since when. */
export interface DayCpu {
  readonly us: number;
  /** Milliseconds since 1970. */
  readonly sinceMs: number;
}

/** What this process itself knows of a day: for servers that no sidecar reads. Days are those of UTC. */
export class Today {
  #day = 0;
  #cpuBefore = 0;
  #cpuSinceMs = performance.timeOrigin;
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

  /** Figures by tool of one server, and the CPU time of the whole process. */
  of(day: number, server: string): { readonly tools: ReadonlyMap<string, DayFigures>; readonly cpu: DayCpu } {
    this.#turn(day);
    const cpu = { us: cpuUs() - this.#cpuBefore, sinceMs: this.#cpuSinceMs };
    return { tools: this.#tools.get(server) ?? new Map(), cpu };
  }

  #turn(day: number): void {
    if (day <= this.#day) return;
    // Nobody looks at midnight, but at the first exchange behind it: what was used between is in neither day.
    if (this.#day > 0) {
      this.#cpuBefore = cpuUs();
      this.#cpuSinceMs = Date.now();
    }
    this.#day = day;
    this.#tools = new Map();
  }
}

function cpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
