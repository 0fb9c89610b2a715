import { ROLE_SCHEMA, type RoleDocument } from "@mcp-ops/formats";
import { expect, test } from "vitest";
import { leaderOf } from "./leader.ts";

const says = (role: RoleDocument["role"], token: string, more: Partial<RoleDocument> = {}): RoleDocument => ({
  schema: ROLE_SCHEMA,
  group: "g",
  node: "n",
  role,
  token,
  remainingMs: 0,
  retryAfterMs: 1000,
  ...more,
});
const word = (node: string, said?: RoleDocument) => ({ node, said });

test("requests go to the node that says it leads", () => {
  expect(leaderOf([word("a", says("standby", "7")), word("b", says("primary", "7"))])).toEqual({
    node: "b",
    token: "7",
  });
});

test("of two that say so the newer lease counts, as a number", () => {
  expect(leaderOf([word("a", says("primary", "9")), word("b", says("primary", "10"))])?.node).toBe("b");
});

test("a standby that has seen a larger token changes nothing: it may come from a store that was replaced", () => {
  expect(leaderOf([word("a", says("primary", "9")), word("b", says("standby", "10"))])?.node).toBe("a");
});

test("nobody takes calls while the newest lease is being given away, though an older one is still claimed", () => {
  const words = [word("a", says("primary", "9")), word("b", says("primary", "10", { draining: true }))];
  expect(leaderOf(words)).toBeUndefined();
});

test("nobody leads whom nobody has heard of", () => {
  expect(leaderOf([word("a"), word("b", says("standby", "3"))])).toBeUndefined();
});
