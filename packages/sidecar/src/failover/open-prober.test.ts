import { expect, it } from "vitest";
import { inTime } from "./open-prober.ts";

it("the age of data on a disk that hangs is unknown, is asked for once, and is known again when the disk answers", async () => {
  const disk: PromiseWithResolvers<number>[] = [];
  const lag = inTime(() => {
    const answer = Promise.withResolvers<number>();
    disk.push(answer);
    return answer.promise;
  }, 10);
  expect([await lag(true), await lag(true)]).toEqual([undefined, undefined]);
  expect(disk).toHaveLength(1);
  const next = lag(false);
  disk[0]?.resolve(7);
  expect(await next).toBe(7);
});
