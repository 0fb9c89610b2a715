import { expect } from "vitest";
import type { FailoverNode, NodeMemory, NodeOptions } from "../src/node.ts";
import { openNode } from "../src/shell/open-node.ts";
import { timingOf } from "../src/timing.ts";
import type { Transition } from "../src/transition.ts";
import { ManualClock } from "./manual-clock.ts";
import { MemoryStore } from "./memory-store.ts";

/** Nodes over one store in memory, with a clock that goes on when it is told to. */
export class Stage {
  readonly clock = new ManualClock();
  readonly store = new MemoryStore(this.clock);
  readonly history: Transition[] = [];
  readonly faults: unknown[] = [];
  readonly written: NodeMemory[] = [];

  open(node: string, more: Partial<NodeOptions> = {}): FailoverNode {
    const opened = openNode({
      group: "files",
      node,
      store: this.store,
      timing: timingOf("embedded"),
      memory: undefined,
      persist: async (memory) => void this.written.push(memory),
      drain: async () => "drained",
      onTransition: (transition) => this.history.push(transition),
      onFault: (error) => this.faults.push(error),
      clock: this.clock,
      random: () => 0,
      ...more,
    });
    for (let n = 0; n < 2; n += 1) opened.reportHealth("passing");
    return opened;
  }

  /** A node that leads. */
  async leader(more: Partial<NodeOptions> = {}): Promise<FailoverNode> {
    const node = this.open("a", more);
    await this.clock.run(1_000);
    expect(node.status().role).toBe("primary");
    return node;
  }

  whys(node: string): string[] {
    return this.history.filter((one) => one.node === node).map(({ why }) => why);
  }
}
