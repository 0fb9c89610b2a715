import { expect, it } from "vitest";
import { TargetBook } from "./target-book.ts";
import { Targets } from "./targets.ts";

it("knows the resources of our own gates apart from the server's, and nothing else by their names", () => {
  const targets = new Targets(undefined, () => new TargetBook(), false, ["health://status"]);
  expect(targets.findOwn("resources/read", "health://status")).toBe("health://status");
  expect(targets.findOwn("resources/read", "health://other")).toBeUndefined();
  expect(targets.findOwn("tools/call", "health://status")).toBeUndefined();
  // Health asks whether the server has it itself; that must stay unsaid.
  expect(targets.find("resources/read", "health://status")).toBeUndefined();
});
