import { test } from "vitest";
import { BASE, pair } from "../../testing/story.ts";

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

test("a node that ends drains and gives its lease back before it goes", async () => {
  const { story, a } = pair("SHUTDOWN: SIGTERM for the holder.");
  a.happen({ kind: "shutdown" });
  story.run(2);
  await story.end("shutdown");
});
