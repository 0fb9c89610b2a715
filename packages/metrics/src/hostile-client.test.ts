import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { errorOf, exchangeOf, resultOf, samples } from "../testing/exchanges.ts";
import { type Metrics, metrics } from "./metrics.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

const CALLS = 1_000_000;
const WARM_UP = 20_000;
const CLIENTS = 100_000;

/** A client that invents a tool for each call, a name for each tenth, and revisions and methods as it goes. */
async function attack(m: Metrics, from: number, to: number): Promise<void> {
  for (let call = from; call < to; call++) {
    const exchange = exchangeOf({
      target: `tool ${call}`,
      knownTarget: undefined,
      targetKnown: false,
      client: { name: `client ${call % CLIENTS}`, version: String(call) },
      session: `session ${call}`,
      revision: call % 3 === 0 ? `revision ${call}` : "2025-11-25",
      ...(call % 5 === 0 && { method: `method ${call}`, knownMethod: undefined }),
    });
    const outcome = call % 2 === 0 ? errorOf(call) : resultOf({ isError: true });
    await m.observer(exchange, () => Promise.resolve(outcome));
  }
}

function heapUsed(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

test("a million invented tools and a hundred thousand client names leave series and memory flat", async () => {
  const m = metrics({ processMetrics: false });
  await attack(m, 0, WARM_UP);
  const series = Object.keys(await samples(m));
  const before = heapUsed();
  await attack(m, WARM_UP, CALLS);
  const grown = heapUsed() - before;
  expect(Object.keys(await samples(m))).toEqual(series);
  expect(series.length).toBeLessThan(300);
  expect(grown).toBeLessThan(1_000_000);
});

test("with more known tools than the cap allows, memory stays flat too", async () => {
  const m = metrics({ processMetrics: false, maxSeries: 2000 });
  const call = (tool: number) =>
    m.observer(exchangeOf({ target: `tool ${tool}`, server: `server ${tool % 7}` }), () => Promise.resolve(resultOf()));
  for (let tool = 0; tool < WARM_UP; tool++) await call(tool);
  const before = heapUsed();
  for (let tool = WARM_UP; tool < 5 * WARM_UP; tool++) await call(tool);
  expect(heapUsed() - before).toBeLessThan(1_000_000);
});
