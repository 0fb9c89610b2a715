import { expect, test } from "vitest";
import { interceptCallback, interceptMethod, markOnce } from "./intercept.ts";

type Handler = (text: string) => string;

class Plain {
  onmessage?: Handler;
}

class Forwarding {
  inner = new Plain();
  get onmessage(): Handler | undefined {
    return this.inner.onmessage;
  }
  set onmessage(handler: Handler | undefined) {
    if (handler === undefined) delete this.inner.onmessage;
    else this.inner.onmessage = handler;
  }
}

const shout = (callback: (...args: never[]) => unknown) => (text: string) =>
  (callback as unknown as Handler)(text).toUpperCase();

test.each([
  ["a plain field", () => new Plain()],
  ["an accessor of the class", () => new Forwarding()],
])("wraps what is assigned to %s, reads undefined until then, and lets it be cleared", (_, make) => {
  const object = make();
  interceptCallback(object, "onmessage", shout as never);
  expect(object.onmessage).toBeUndefined();
  object.onmessage = (text) => `got ${text}`;
  const delivered = object instanceof Forwarding ? object.inner : object;
  expect(delivered.onmessage?.("it")).toBe("GOT IT");
  Reflect.set(object, "onmessage", undefined);
  expect(object.onmessage).toBeUndefined();
});

test("wraps a callback that was there before", () => {
  const object = new Plain();
  object.onmessage = (text) => text;
  interceptCallback(object, "onmessage", shout as never);
  expect(object.onmessage?.("early")).toBe("EARLY");
});

test("a method stays a method: receiver, arguments and result pass through", () => {
  const counter = {
    count: 1,
    add(by: number) {
      return this.count + by;
    },
  };
  interceptMethod(counter, "add", (add: (by: number) => number, by: number) => add(by) * 10);
  expect(counter.add(2)).toBe(30);
  expect(Object.keys(counter)).toEqual(["count"]);
});

test("marks an object once for each purpose, not what inherits from it", () => {
  const object = {};
  expect([markOnce(object, "a"), markOnce(object, "a"), markOnce(object, "b")]).toEqual([true, false, true]);
  expect(markOnce(Object.create(object) as object, "a")).toBe(true);
});
