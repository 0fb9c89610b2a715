import { expect, it } from "vitest";
import { z } from "zod";
import { configSchema } from "./config/schema.ts";
import type { DutyPlan } from "./duties/duty.ts";
import { shutdownMs, shutdownWarnings } from "./shutdown-time.ts";

const slow: DutyPlan = {
  name: "slow",
  section: z.object({}),
  open: () => {
    throw new Error("not opened here");
  },
  endsWithinMs: () => 17_500,
};

const config = (shutdown: object) => configSchema([slow]).parse({ shutdown });

it("gives the duties as long as the slowest may need, and at least ten seconds", () => {
  expect(shutdownMs(config({}), [slow])).toBe(17_500);
  expect(shutdownMs(config({}), [])).toBe(10_000);
  expect(shutdownWarnings(config({}), [slow])).toEqual([]);
});

it("gives them what the config says, and says which duty that may be too short for", () => {
  const short = config({ deadlineMs: 5_000 });
  expect(shutdownMs(short, [slow])).toBe(5_000);
  expect(shutdownWarnings(short, [slow])).toEqual([expect.stringContaining("slow may need 17500 ms")]);
  expect(shutdownWarnings(config({ deadlineMs: 20_000 }), [slow])).toEqual([]);
});
