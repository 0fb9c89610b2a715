import type { Exchange } from "@mcp-ops/exchange";
import { expect, test } from "vitest";
import { OpenCalls } from "./open-calls.ts";
import type { RoleView } from "./role-view.ts";

const reigning = (): { reign: AbortSignal | undefined } & Omit<RoleView, "reign"> => ({
  leadsUntil: 0,
  said: undefined,
  reign: new AbortController().signal,
});
const call = () => ({}) as Exchange;

test("a call that was seen to begin is under way until its end", () => {
  const calls = new OpenCalls(reigning());
  const one = call();
  calls.passed(one);
  const end = calls.began(one, true);
  expect(calls.count).toBe(1);
  end();
  expect(calls.count).toBe(0);
});

test("one that was refused by another gate is not", () => {
  const calls = new OpenCalls(reigning());
  const one = call();
  calls.passed(one);
  calls.began(one, false);
  expect(calls.count).toBe(0);
});

test("one that passed unseen, as where the observer was left out, is under way as long as the reign lasts", () => {
  const reign = new AbortController();
  const role = { ...reigning(), reign: reign.signal as AbortSignal | undefined };
  const calls = new OpenCalls(role);
  calls.passed(call());
  expect(calls.count).toBe(1);
  role.reign = undefined; // The clock is doubted, and nothing may begin; but what has begun goes on.
  expect(calls.count).toBe(1);
  reign.abort();
  expect(calls.count).toBe(0);
  role.reign = new AbortController().signal;
  calls.passed(call());
  expect(calls.count).toBe(1);
});
