import type { Status } from "@mcp-ops/formats";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { UseQuantities } from "../quantities.ts";
import { attributeCpu } from "./attribute-cpu.ts";

function use(target: string, count: number, us: number, calls: number, status: Status = "success"): UseQuantities {
  const counts = { count, durationUs: 0, requestBytes: 0, responseBytes: 0, tokens: {}, cpu: { us, calls } };
  return { method: "tools/call", target, status, principal: undefined, ...counts };
}

test("a tool's share is its calls times the mean of those that ran alone, whoever called", () => {
  const uses = [use("a", 80, 900, 9), { ...use("a", 20, 300, 3), principal: "ann" }, use("b", 5, 0, 0)];
  expect(attributeCpu(uses, 1_000_000n)).toEqual([8_000n, 2_000n, 0n]);
});

test("calls that ended otherwise are of another kind: a refusal costs no more than refusals do", () => {
  expect(attributeCpu([use("a", 10, 1_000, 1), use("a", 10, 10, 1, "denied")], 1_000_000n)).toEqual([10_000n, 100n]);
});

test("C2: tools together never have more CPU time than their process took, and none has less than nothing", () => {
  const some = fc.tuple(fc.constantFrom("a", "b", "c"), fc.nat(1_000_000), fc.nat(10 ** 9), fc.nat(100));
  fc.assert(
    fc.property(fc.array(some), fc.bigInt({ min: 0n, max: 10n ** 13n }), (rows, used) => {
      const shares = attributeCpu(
        rows.map((row) => use(...row)),
        used,
      );
      expect(shares.reduce((sum, share) => sum + share, 0n)).toBeLessThanOrEqual(used);
      expect(shares.every((share) => share >= 0n)).toBe(true);
    }),
  );
});
