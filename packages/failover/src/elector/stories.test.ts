import { test } from "vitest";
import { BASE, pair, Story } from "../../testing/story.ts";

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
  story.world.run(10);
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
