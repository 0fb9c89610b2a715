import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { errorOf, exchangeOf, LOST, observe, resultOf, SENT } from "../testing/exchanges.ts";
import { program } from "../testing/program.ts";
import { metrics } from "./metrics.ts";

const promtool = program("promtool");

function check(text: string) {
  const { status, stdout, stderr } = spawnSync(promtool.name, ["check", "metrics"], { input: text, encoding: "utf8" });
  return { status, said: stdout + stderr };
}

describe.skipIf(promtool.missing)("promtool", () => {
  test("has nothing to say against our metrics", async () => {
    const m = metrics({ processMetrics: false });
    await observe(m, exchangeOf());
    await observe(m, exchangeOf({ target: 'a "quoted" \\ name\nof two lines' }), resultOf({ isError: true }));
    await observe(m, exchangeOf({ direction: "outbound", method: "roots/list" }), errorOf(-32601));
    await observe(m, exchangeOf({ kind: "notification", method: "notifications/progress" }), SENT);
    await observe(m, exchangeOf(), LOST);
    await m.connectionObserver(exchangeOf(), "session", Promise.resolve({ durationMs: 5, error: undefined }));
    m.onFault({ source: "audit", kind: "threw", error: undefined });
    expect(check((await m.scrape()).body)).toEqual({ status: 0, said: "" });
  });

  test("can read Node's own metrics beside them", async () => {
    const { said } = check((await metrics().scrape()).body);
    // It would rather not see these names of prom-client's; it has to live with them.
    const lint = /^nodejs_active_\w+_total non-counter metrics should not have "_total" suffix$/;
    expect(said.split("\n").filter((line) => line !== "" && !lint.test(line))).toEqual([]);
  });
});
