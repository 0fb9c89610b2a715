import { expect, test } from "vitest";
import type { GroupView, View } from "./group-view.ts";
import { obstaclesOf } from "./obstacles.ts";

const well = { content: true, healthy: true, reasons: [] };

function group(b: View | undefined, scheduled: View["scheduled"] = null): GroupView {
  const a = { ...well, role: "primary", remainingMs: 9_000, scheduled };
  return {
    group: "weather",
    content: true,
    message: "",
    timing: { ttlMs: 10_000, coolDownMs: 10_000 },
    store: { kind: "etcd", singleArbiter: false },
    members: b === undefined ? { a } : { a, b },
  };
}

test.each([
  ["nothing", { ...well, role: "standby" }, []],
  [
    "a node that is not reached",
    { trouble: "not reached (ECONNREFUSED)" },
    ["b cannot be asked: not reached (ECONNREFUSED)"],
  ],
  [
    "an ill one",
    { role: "standby", content: false, message: "The server beside b is ill." },
    ["The server beside b is ill"],
  ],
  ["old data", { ...well, role: "standby", reasons: ["sync-lag"] }, ["b may not lead (sync-lag)"]],
  ["no such node", undefined, ["there is no node b"]],
] as const)("what keeps a lead from being handed over: %s", (_, b, obstacles) => {
  expect(obstaclesOf(group(b), "a", "b")).toEqual(obstacles);
});

test("a switchover that is planned is not to be met by a drill, and nobody hands over to itself", () => {
  const planned = group({ ...well, role: "standby" }, { at: "2026-11-21T03:00:00Z", leader: "a" });
  expect(obstaclesOf(planned, "a", "b")).toEqual(["a switchover is planned for 2026-11-21T03:00:00Z"]);
  expect(obstaclesOf(group(undefined), "a", "a")).toEqual(["a leads"]);
});
