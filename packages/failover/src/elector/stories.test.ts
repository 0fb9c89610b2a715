import { expect, test } from "vitest";
import { type SimNode, World } from "../../testing/world.ts";
import { timingOf } from "../timing.ts";
import type { Settings } from "./state.ts";

/** Each story is a file in `testdata/`. After a change of behaviour: `npx vitest run --project failover -u`, and read the diff. */
const BASE: Omit<Settings, "node" | "holder"> = {
  timing: timingOf("embedded"),
  priority: 100,
  maxSyncLagMs: 60_000,
  health: { failures: 3, of: 3, passes: 2 },
  fencing: false,
};

class Story {
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
    await expect(`${this.world.lines.join("\n")}\n`).toMatchFileSnapshot(`../../testdata/${file}.txt`);
  }
}

/** Two nodes; a leads with token 1. */
function pair(title: string, setup: Partial<typeof BASE> = {}): { story: Story; a: SimNode; b: SimNode } {
  const story = new Story(title);
  const a = story.add("a", setup);
  story.run(2);
  const b = story.add("b", setup);
  story.run(2);
  return { story, a, b };
}

test("a holder that is cut off from its store stops before another node takes over", async () => {
  const { story, a } = pair("PARTITION: the holder is cut off from its store.");
  story.say("The link between a and the store is cut. Clients still reach a.");
  a.cut = "both";
  story.run(14);
  story.say("The link is whole again: a stays a standby.");
  a.cut = "none";
  story.run(5);
  await story.end("partition");
});

test("a holder whose process was frozen knows on waking that its time is over", async () => {
  const { story, a } = pair("PAUSE: the agent of the holder is frozen for 13 seconds (SIGSTOP, a snapshot, swapping).");
  story.say("a is frozen.");
  a.freeze();
  story.run(13);
  story.say("a wakes up.");
  a.thaw(13_000);
  story.run(3);
  await story.end("pause-of-the-process");
});

test("a jump of the wall clock moves no deadline, and the store is asked before anybody leads again", async () => {
  const { story, a, b } = pair("CLOCK JUMP: the time of day jumps by an hour.");
  story.say("The time of day jumps on a.");
  a.happen({ kind: "tilted", clock: "wall", ms: 3_600_000 });
  story.run(1);
  story.say("It jumps on b, and back.");
  b.happen({ kind: "tilted", clock: "wall", ms: 3_600_000 });
  b.happen({ kind: "tilted", clock: "wall", ms: -3_600_000 });
  story.run(3);
  story.say("It jumps on a while the store does not answer.");
  story.world.store.up = false;
  a.happen({ kind: "tilted", clock: "wall", ms: -7_200_000 });
  story.run(2);
  story.world.store.up = true;
  story.run(3);
  await story.end("clock-jump");
});

test("in an outage of the store the old leader stops, nobody new leads, and nothing flaps when it comes back", async () => {
  const { story } = pair("STORE OUTAGE: the store is away for 20 seconds.");
  story.say("The store is gone.");
  story.world.store.up = false;
  story.run(20);
  story.say("The store is back.");
  story.world.store.up = true;
  story.run(5);
  await story.end("store-outage");
});

test("a short outage of the store is not noticed by anybody", async () => {
  const { story } = pair("SHORT STORE OUTAGE: the store is away for 4 seconds.");
  story.say("The store is gone.");
  story.world.store.up = false;
  story.run(4);
  story.world.store.up = true;
  story.say("The store is back.");
  story.run(10);
  await story.end("store-outage-short");
});

test("a server that falls ill and recovers again and again does not make the group flap", async () => {
  const { story, a } = pair("FLAPPING: the server of a fails and recovers every few seconds.");
  story.say("Four times: three failed probes, two passes. In the hold time after its promotion a is not deposed.");
  for (let n = 0; n < 4; n += 1) {
    story.probe(a, "failing", 3);
    story.run(3);
    story.probe(a, "passing", 2);
    story.run(2);
  }
  await story.end("flapping");
});

test("an old leader returns as a standby, and gets its place back only when asked for", async () => {
  const { story, a } = pair("REJOIN: the holder is killed, and comes back.");
  story.say("a is killed, its server too.");
  a.kill();
  story.run(12);
  story.say("a starts again. It remembers the highest token it has seen.");
  const again = story.world.add("a", BASE, { memory: a.state.memory });
  again.happen({ kind: "lagged", syncLagMs: 1_000 });
  story.probe(again, "passing", 2);
  story.run(15);
  await story.end("rejoin");
});

test("a switchover drains first, releases then, and the candidate comes before others", async () => {
  const { story, a, b } = pair("SWITCHOVER: from a to c, though b applies first.");
  const c = story.add("c", { priority: 10 });
  story.run(5);
  story.say("Asked on b, which does not lead.");
  const request = { id: "r1", by: "an operator", leader: "a", candidate: "c" };
  story.world.say("b", `answers ${b.happen({ kind: "switchover", request: { ...request, leader: "b" } })?.text}`);
  story.say("Asked on a, and again with the same id because the answer was lost. The others are told.");
  a.drain = { ms: 1_200, confirms: true };
  for (let n = 0; n < 2; n += 1) story.world.say("a", `answers ${a.happen({ kind: "switchover", request })?.text}`);
  for (const node of [b, c]) node.happen({ kind: "head-start", courtesy: { requestId: "r1", candidate: "c" } });
  story.run(5);
  story.say("Asked a third time, when all is over: the same answer, and nothing happens.");
  story.world.say("a", `answers ${a.happen({ kind: "switchover", request })?.text}`);
  story.run(12);
  await story.end("switchover");
});

test("a switchover whose calls do not end lets the lease run out instead of giving it back", async () => {
  const { story, a } = pair("SLOW SWITCHOVER: a call in flight does not end.");
  a.drain = { ms: 60_000, confirms: false };
  a.happen({ kind: "switchover", request: { id: "r1", by: "an operator", leader: "a" } });
  story.run(17);
  await story.end("switchover-slow");
});

test("a switchover to a candidate that is gone ends with another node, in the end with the old one", async () => {
  const { story, a, b } = pair("SWITCHOVER TO NOBODY: the candidate died before it could apply.");
  b.kill();
  a.happen({ kind: "switchover", request: { id: "r1", by: "an operator", leader: "a", candidate: "b" } });
  story.run(14);
  await story.end("switchover-to-nobody");
});

test("a failover waits until the lease of the dead holder has run out", async () => {
  const { story, a, b } = pair("FAILOVER: the operator names a node with old data, since nobody else is left.");
  b.happen({ kind: "lagged", syncLagMs: 600_000 });
  story.say("a is killed. The data of b are too old.");
  a.kill();
  story.run(12);
  story.say("The operator asks without force, and with it.");
  const request = { by: "an operator", candidate: "b" };
  story.world.say("b", `answers ${b.happen({ kind: "failover", request: { ...request, id: "r1" } })?.text}`);
  story.world.say(
    "b",
    `answers ${b.happen({ kind: "failover", request: { ...request, id: "r2", force: true } })?.text}`,
  );
  story.run(2);
  await story.end("failover");
});

test("in a pause a holder keeps its lease whatever its health, and nobody applies", async () => {
  const { story, a, b } = pair("PAUSE MODE: an operator works on the group.");
  story.say("Both are paused. The server of a fails.");
  for (const node of [a, b]) node.happen({ kind: "pause", by: "an operator" });
  story.probe(a, "failing", 3);
  story.run(20);
  story.say("A switchover is refused meanwhile.");
  const request = { id: "r1", by: "an operator", leader: "a" };
  story.world.say("a", `answers ${a.happen({ kind: "switchover", request })?.text}`);
  story.say("a is killed: nobody takes over until the group is resumed.");
  a.kill();
  story.run(15);
  b.happen({ kind: "resume", by: "an operator" });
  story.run(2);
  await story.end("pause-mode");
});

test("an arbiter that restarts and remembers changes nothing for the holder", async () => {
  const { story } = pair("RESTARTED ARBITER: it is away for 5 seconds, and gives every lease its whole time again.");
  story.say("The arbiter stops.");
  story.world.store.up = false;
  story.run(5);
  story.say("The arbiter is back.");
  story.world.store.restart(BASE.timing.ttlMs, story.world.now);
  story.world.store.up = true;
  story.run(10);
  await story.end("restarted-arbiter");
});

test("a holder and an arbiter that die together cost two leases' time", async () => {
  const { story, a } = pair(
    "RESTARTED ARBITER, DEAD HOLDER: both stop at once, the arbiter comes back after 5 seconds.",
  );
  a.kill();
  story.world.store.up = false;
  story.run(5);
  story.say("The arbiter is back. It cannot know that a is dead.");
  story.world.store.restart(BASE.timing.ttlMs, story.world.now);
  story.world.store.up = true;
  story.run(12);
  await story.end("restarted-arbiter-dead-holder");
});

test("a node whose application was answered into the void applies again and gets the same token", async () => {
  const story = new Story("LOST ANSWER: the store gives the lease, and the answer gets lost.");
  const a = story.add("a");
  story.world.run(45);
  story.say("From here on the answers of the store to a get lost for 3 seconds.");
  a.cut = "answers";
  story.run(3);
  a.cut = "none";
  story.say("They arrive again.");
  story.run(12);
  await story.end("lost-answer");
});

test("a node whose fence hook fails does not lead, and leaves the lease to another", async () => {
  const story = new Story("FENCING: the hook of b fails when a is dead, that of c succeeds.");
  const a = story.add("a", { fencing: true });
  story.run(2);
  const b = story.add("b", { fencing: true });
  const c = story.add("c", { fencing: true, priority: 1 });
  b.fence = { ms: 500, text: "exit code 1" };
  c.fence = { ms: 3_000 };
  story.run(2);
  story.say("a is killed.");
  a.kill();
  story.run(20);
  await story.end("fence-hook-fails");
});

test("a store that was restored from a backup gives smaller tokens, and nobody who knows better leads with them", async () => {
  const { story } = pair("TOKEN GOES BACK: the store is restored from an old backup.");
  story.world.store.counter = 40n;
  story.say("a gives the lease away, b has it with token 41. Then the store is restored as it was at token 12.");
  story.world.nodes.get("a")?.happen({ kind: "switchover", request: { id: "r1", by: "an operator", leader: "a" } });
  story.run(5);
  story.world.store.restore(12n);
  story.run(16);
  story.say("The operator runs raise-floor: the store counts from above now.");
  story.world.store.counter = 1_000n;
  story.run(12);
  await story.end("token-goes-back");
});

test("a node that was told to lead with a token that cannot be written to disk does not lead", async () => {
  const story = new Story("DISK FULL: the token cannot be remembered.");
  const a = story.add("a");
  a.persist = { text: "ENOSPC: no space left on device" };
  story.run(4);
  story.say("There is room again.");
  a.persist = {};
  story.run(10);
  await story.end("disk-full");
});

test("a standby with old data does not take over until they are new", async () => {
  const { story, a, b } = pair("STALE SYNC: the standby's data are older than a minute.");
  b.happen({ kind: "lagged", syncLagMs: 61_000 });
  story.say("a is killed.");
  a.kill();
  story.run(15);
  story.say("b has pulled a newer backup.");
  b.happen({ kind: "lagged", syncLagMs: 2_000 });
  story.run(2);
  await story.end("stale-sync");
});

test("a server that is ill costs its node the lease, and a healthy one takes over", async () => {
  const { story, a } = pair("HEALTH: the server of the holder stops working, its agent lives.");
  story.run(10);
  story.say("Two failed probes, one good one, then three that fail.");
  story.probe(a, "failing", 2);
  story.probe(a, "passing", 1);
  story.run(1);
  story.probe(a, "failing", 3);
  story.run(4);
  story.say("The server of a is well again: b keeps the lease.");
  story.probe(a, "passing", 2);
  story.run(15);
  await story.end("health-gates-renewal");
});

test("a node that ends drains and gives its lease back before it goes", async () => {
  const { story, a } = pair("SHUTDOWN: SIGTERM for the holder.");
  a.happen({ kind: "shutdown" });
  story.run(2);
  await story.end("shutdown");
});

test("a lease that was deleted in the store is not kept", async () => {
  const story = new Story(
    "LOST: somebody deletes the lease by hand. Another node could have it at once: that no lease can prevent, only the token can.",
  );
  story.add("a");
  story.run(4);
  story.say("It is deleted.");
  story.world.store.forget();
  story.run(14);
  await story.end("lease-deleted");
});
