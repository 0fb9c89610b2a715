import fc from "fast-check";
import { expect, it } from "vitest";
import { damp, UNKNOWN } from "./damping.ts";

/** What the status is after each finding: `+` a success, `-` a failure. */
function story(findings: string, rise = 2, fall = 3): string[] {
  let damped = UNKNOWN;
  return [...findings].map((finding) => {
    damped = damp(damped, finding === "+", { rise, fall });
    return damped.status;
  });
}

it("believes the first finding at once", () => {
  expect(story("+")).toEqual(["up"]);
  expect(story("-")).toEqual(["down"]);
});

it("takes a dependency down only after as many failures in a row as asked for", () => {
  expect(story("+---")).toEqual(["up", "up", "up", "down"]);
});

it("brings it up only after as many successes in a row as asked for", () => {
  expect(story("-++")).toEqual(["down", "down", "up"]);
});

it("does not follow a dependency that flaps", () => {
  expect(new Set(story("+--+--+-+--+"))).toEqual(new Set(["up"]));
  expect(new Set(story("-+-+--+-"))).toEqual(new Set(["down"]));
});

it("counts failures since the last success, whatever the status", () => {
  let damped = UNKNOWN;
  const counts = [..."-+--"].map((finding) => {
    damped = damp(damped, finding === "+", { rise: 1, fall: 3 });
    return damped.consecutiveFailures;
  });
  expect(counts).toEqual([1, 0, 1, 2]);
});

it("changes exactly when the last findings in a row, as many as asked for, all say otherwise", () => {
  const need = fc.integer({ min: 1, max: 5 });
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom("+", "-"), { minLength: 1, maxLength: 60 }),
      need,
      need,
      (findings, rise, fall) => {
        const statuses = story(findings.join(""), rise, fall);
        statuses.forEach((status, at) => {
          const before = statuses[at - 1];
          const needed = before === undefined ? 1 : before === "up" ? fall : rise;
          const against = before === "up" ? "-" : "+";
          const last = findings.slice(0, at + 1).slice(-needed);
          const flips = before !== undefined && last.length === needed && last.every((finding) => finding === against);
          const expected =
            before === undefined ? (findings[0] === "+" ? "up" : "down") : flips ? opposite(before) : before;
          expect(status).toBe(expected);
        });
      },
    ),
  );
});

const opposite = (status: string) => (status === "up" ? "down" : "up");
