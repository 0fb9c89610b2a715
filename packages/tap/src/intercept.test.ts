import { expect, test } from "vitest";
import { interceptMethod, markOnce } from "./intercept.ts";

test("a method stays a method: receiver, arguments and result pass through", () => {
  const counter = {
    count: 1,
    add(by: number) {
      return this.count + by;
    },
  };
  interceptMethod(counter, "add", (add: (by: number) => number, by: number) => add(by) * 10);
  expect(counter.add(2)).toBe(30);
});

test("marks an object once, not what inherits from it", () => {
  const object = {};
  expect([markOnce(object), markOnce(object)]).toEqual([true, false]);
  expect(markOnce(Object.create(object) as object)).toBe(true);
});
