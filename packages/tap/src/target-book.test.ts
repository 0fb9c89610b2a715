import { expect, test } from "vitest";
import { TargetBook } from "./target-book.ts";

const TOOLS = { tools: [{ name: "add" }, { name: "sub" }, { notAName: 1 }, "nonsense"] };

test("knows nothing before it has seen a list, and then what the list says", () => {
  const book = new TargetBook();
  expect(book.find("tool", "add")).toBeUndefined();
  book.learn("tools/list", TOOLS);
  expect(book.find("tool", "add")).toBe("add");
  expect(book.find("tool", "mul")).toBeNull();
  expect(book.find("prompt", "add")).toBeUndefined();
});

test("a resource is known by its URI or by the template it matches", () => {
  const book = new TargetBook();
  book.learn("resources/list", { resources: [{ uri: "config://app" }] });
  book.learn("resources/templates/list", { resourceTemplates: [{ uriTemplate: "users://{id}" }] });
  expect(book.find("resource", "config://app")).toBe("config://app");
  expect(book.find("resource", "users://7")).toBe("users://{id}");
  expect(book.find("resource", "other://7")).toBeNull();
});

test("asks once, not again for every unknown name, and again when the list is in doubt and some time has passed", () => {
  const book = new TargetBook();
  expect(book.shouldAsk("tool", 0)).toBe(true);
  expect(book.shouldAsk("tool", 1)).toBe(false);
  book.learn("tools/list", TOOLS);
  expect(book.shouldAsk("tool", 60_000)).toBe(false);
  book.doubt("tool");
  expect(book.shouldAsk("tool", 60_000)).toBe(true);
  book.doubt("tool");
  expect(book.shouldAsk("tool", 60_001)).toBe(false);
});

test("asks again after a question that brought nothing, but not at once", () => {
  const book = new TargetBook();
  expect(book.shouldAsk("tool", 0)).toBe(true);
  expect(book.shouldAsk("tool", 10_000)).toBe(false);
  expect(book.shouldAsk("tool", 31_000)).toBe(true);
});

test("a server that lists without end does not grow it without end", () => {
  const book = new TargetBook();
  for (let page = 0; page < 30; page++) {
    book.learn("tools/list", { tools: Array.from({ length: 1000 }, (_, i) => ({ name: `tool-${page}-${i}` })) });
  }
  expect(book.find("tool", "tool-0-0")).toBe("tool-0-0");
  expect(book.find("tool", "tool-29-999")).toBeNull();
});

test.each([undefined, null, 1, "x", {}, { tools: 1 }, { tools: [null, { name: 1 }] }])(
  "a malformed list (%j) teaches nothing and breaks nothing",
  (result) => {
    const book = new TargetBook();
    book.learn("tools/list", result);
    expect(book.find("tool", "add") ?? null).toBeNull();
  },
);
