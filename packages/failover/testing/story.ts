import { join } from "node:path";
import { expect } from "vitest";
import type { Settings } from "../src/elector/state.ts";
import { timingOf } from "../src/timing.ts";
import type { SimNode } from "./sim-node.ts";
import { World } from "./world.ts";

const TESTDATA = join(import.meta.dirname, "../testdata");

/** Each story is a file in `testdata/`. After a change of behaviour: `npx vitest run --project failover -u`, and read the diff. */
export const BASE: Omit<Settings, "node" | "holder"> = {
  timing: timingOf("embedded"),
  priority: 100,
  maxSyncLagMs: 60_000,
  health: { failures: 3, of: 3, passes: 2 },
  fencing: false,
};

export class Story {
  readonly world = new World();

  constructor(title: string) {
    this.world.lines.push(title, "");
  }

  /** What a reader is told. */
  say(text: string): void {
    this.world.lines.push("", `# ${text}`);
  }

  add(name: string, setup: Partial<typeof BASE> = {}): SimNode {
    const node = this.world.add(name, BASE, setup);
    node.happen({ kind: "lagged", syncLagMs: 1_000 });
    this.probe(node, "passing", 2);
    return node;
  }

  probe(node: SimNode, probe: "passing" | "failing", times: number): void {
    for (let n = 0; n < times; n += 1) node.happen({ kind: "probed", probe });
  }

  /** Lets time pass; every server asks its agent for its role each half second. */
  run(seconds: number): void {
    for (let n = 0; n < seconds * 2; n += 1) {
      this.world.run(500);
      for (const node of this.world.nodes.values()) node.pull();
    }
  }

  async end(file: string): Promise<void> {
    this.say("At the end");
    for (const [name, node] of this.world.nodes) this.world.say(name, node.status());
    await expect(`${this.world.lines.join("\n")}\n`).toMatchFileSnapshot(join(TESTDATA, `${file}.txt`));
  }
}

/** Two nodes; a leads with token 1. */
export function pair(title: string, setup: Partial<typeof BASE> = {}): { story: Story; a: SimNode; b: SimNode } {
  const story = new Story(title);
  const a = story.add("a", setup);
  story.run(2);
  const b = story.add("b", setup);
  story.run(2);
  return { story, a, b };
}
