import { expect, it } from "vitest";
import { Wellness } from "./wellness.ts";

/** `+` is a good probe, `-` a bad one; the answer after each. */
function after(probes: string, rule = { failures: 2, of: 3, passes: 2 }): string {
  const wellness = new Wellness(rule);
  return [...probes]
    .map((probe) => {
      wellness.report(probe === "+");
      return wellness.isWell ? "w" : "i";
    })
    .join("");
}

it("begins ill, and is well after passes in a row", () => {
  expect(after("+++")).toBe("iww");
  expect(after("+-++")).toBe("iiiw");
});

it("is ill after so many failures among the last, in a row or not", () => {
  expect(after("++--")).toBe("iwwi");
  expect(after("++-+-")).toBe("iwwwi");
  expect(after("++-++-")).toBe("iwwwww");
});

it("counts anew when it has become well", () => {
  expect(after("++--++-")).toBe("iwwiiww");
});
