import { expect, test } from "vitest";
import { pipeline } from "../pipeline.ts";
import { HttpLines } from "./http-lines.ts";

test("where there is room for no more sessions, one that nobody uses is forgotten, and none with a call under way", () => {
  let forgotten = 0;
  const limits = { maxSessions: 2, sessionIdleMs: 1000, onForgotten: () => forgotten++ };
  const lines = new HttpLines(pipeline({ learnTargets: false }), limits);
  const headOf = (id: string) => ({ headers: { "mcp-session-id": id }, target: "/mcp" });
  const opened = (id: string, visitors: number) => {
    const line = lines.of(headOf(id));
    line.visitors = visitors;
    lines.confirm(line);
    return line;
  };
  const busy = opened("busy", 1);
  const silent = opened("silent", 0);
  const another = opened("another", 1);
  expect([lines.of(headOf("busy")), lines.of(headOf("another"))]).toEqual([busy, another]);
  expect(lines.of(headOf("silent"))).not.toBe(silent);
  opened("one more", 1);
  expect(lines.of(headOf("busy"))).toBe(busy);
  expect([lines.size, forgotten]).toEqual([2, 2]);
});
