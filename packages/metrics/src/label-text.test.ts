import { expect, test } from "vitest";
import { labelText } from "./label-text.ts";

test("labels are escaped, and what is not set is left out", () => {
  const labels = { path: 'C:\\x\n"y"', none: undefined, empty: "", number: 5 };
  expect(labelText(labels)).toBe(String.raw`path="C:\\x\n\"y\"",empty="",number="5"`);
  expect(labelText({})).toBe("");
});

test.each([
  [0.005, "0.005"],
  [1, "1.0"],
  ["300", "300.0"],
  [1048576, "1.048576e+06"],
  [0.00001, "1e-05"],
  [0, "0.0"],
  ["+Inf", "+Inf"],
])("the bound %s reads %s, as Prometheus 3 stores it", (bound, text) => {
  expect(labelText({ le: bound }, "le")).toBe(`le="${text}"`);
  expect(labelText({ le: bound }), "a label like any other").toBe(`le="${bound}"`);
});
