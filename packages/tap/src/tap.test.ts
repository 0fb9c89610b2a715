import { expect, test } from "vitest";
import { pipeline } from "./pipeline.ts";
import { tap } from "./tap.ts";

test.each([
  ["a number in a box", {}, /Pass a server/],
  ["a FastMCP object", { addTool() {}, start() {} }, /watch\(FastMCPSession\)/],
])("%s cannot be watched, and the error says what can", (_, subject, hint) => {
  expect(() => tap(subject, pipeline())).toThrow(expect.objectContaining({ code: "TAP_UNKNOWN_SUBJECT" }));
  expect(() => tap(subject, pipeline())).toThrow(hint);
});

test("a watched function keeps its name, its number of parameters, its own members and its receiver", () => {
  function handler(this: { path: string } | undefined, _request: unknown, _response: unknown, _next: unknown) {
    return this?.path;
  }
  const watched = tap(Object.assign(handler, { route: "/mcp" }), pipeline());
  expect([watched.name, watched.length, watched.route]).toEqual(["handler", 3, "/mcp"]);
  expect(watched.call({ path: "/here" }, 1, 2, 3)).toBe("/here");
  expect(tap(watched, pipeline())).toBe(watched);
});
