import { expect, test } from "vitest";
import { readonlyView } from "./readonly-view.ts";

const params = () => ({ name: "add", arguments: { list: [1, { deep: true }] } });

test("reads like the data behind it, serialises alike and spreads into an own copy", () => {
  const view = readonlyView(params());
  expect(JSON.stringify(view)).toBe(JSON.stringify(params()));
  expect({ ...view, name: "sub" }.name).toBe("sub");
  expect(Array.isArray(view.arguments.list)).toBe(true);
});

test("refuses every change, however deep, and leaves the data as it was", () => {
  const data = params();
  const view = readonlyView(data);
  const list = view.arguments.list as unknown[];
  const changes = [
    () => {
      view.name = "other";
    },
    () => list.push(2),
    () => {
      (list[1] as { deep: boolean }).deep = false;
    },
    () => Reflect.deleteProperty(view, "name"),
    () => Object.defineProperty(view, "name", { value: 1 }),
    () => Object.setPrototypeOf(view, null),
    () => Object.freeze(view),
    () => {
      const own = Object.getOwnPropertyDescriptor(view, "arguments")?.value as { list: unknown };
      own.list = [];
    },
    () => {
      for (const [, value] of Object.entries(view)) if (typeof value === "object") Object.assign(value, { list: 0 });
    },
  ];
  for (const change of changes) expect(change).toThrow(TypeError);
  expect(data).toEqual(params());
});

test("reads through frozen data", () => {
  const view = readonlyView(Object.freeze({ inner: Object.freeze({ x: 1 }) }));
  expect(view.inner.x).toBe(1);
});
