import { describe, expect, test } from "vitest";
import type { Exchange } from "./exchange.ts";
import type { Fault } from "./fault.ts";
import type { Observer } from "./observer.ts";
import { Onion } from "./onion.ts";
import type { Outcome } from "./outcome.ts";

const EXCHANGE = { method: "tools/call" } as Exchange;
const SENT: Outcome = { kind: "sent", durationMs: 1, gate: undefined, httpStatus: undefined, responseBytes: 0 };

function run(observers: Observer[], dispatch: () => void = () => {}) {
  const faults: Fault[] = [];
  let dispatched = 0;
  const core = {
    dispatch() {
      dispatched++;
      dispatch();
    },
  };
  const onion = new Onion(observers, EXCHANGE, core, (fault) => faults.push(fault));
  const said = () => faults.map(({ source, kind }) => `${source} ${kind}`);
  return { onion, dispatched: () => dispatched, said };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test("the first observer is outermost, and all see the same outcome", async () => {
  const story: string[] = [];
  const teller = (name: string): Observer =>
    async function observer(_exchange, next) {
      story.push(`${name} in`);
      const outcome = await next();
      story.push(`${name} out ${outcome.kind}`);
    };
  const { onion } = run([teller("a"), teller("b")], () => story.push("core"));
  onion.run();
  onion.settle(SENT);
  await turn();
  expect(story).toEqual(["a in", "b in", "core", "b out sent", "a out sent"]);
});

test("an outcome that comes during dispatch reaches observers that await it later", async () => {
  const seen: string[] = [];
  const { onion } = run([async (_exchange, next) => seen.push((await next()).kind)], () => onion.settle(SENT));
  onion.run();
  await turn();
  expect(seen).toEqual(["sent"]);
});

test("only the first outcome counts", async () => {
  const seen: string[] = [];
  const { onion } = run([async (_exchange, next) => seen.push((await next()).kind)]);
  onion.run();
  onion.settle(SENT);
  onion.settle({ ...SENT, kind: "cancelled" });
  await turn();
  expect(seen).toEqual(["sent"]);
});

describe("whatever an observer does, the core runs once, synchronously, and the fault is told", () => {
  const rude: Record<string, [Observer, string[]]> = {
    "throws before asking": [
      function thrower() {
        throw new Error("rude");
      },
      ["thrower threw", "thrower did-not-ask"],
    ],
    "throws after asking": [
      function thrower(_exchange, next) {
        void next();
        throw new Error("rude");
      },
      ["thrower threw"],
    ],
    rejects: [
      async function rejecter(_exchange, next) {
        await next();
        throw new Error("rude");
      },
      ["rejecter rejected"],
    ],
    "never asks": [function silent() {}, ["silent did-not-ask"]],
    hangs: [() => new Promise(() => {}), ["observer did-not-ask"]],
    "asks late": [
      async function late(_exchange, next) {
        await turn();
        await next();
      },
      ["late did-not-ask", "late asked-twice"],
    ],
    "asks twice": [
      function eager(_exchange, next) {
        void next();
        void next();
      },
      ["eager asked-twice"],
    ],
    "writes into the exchange": [
      function vandal(exchange, next) {
        (exchange as { method: string }).method = "ping";
        return next();
      },
      [],
    ],
  };
  test.each(Object.entries(rude))("%s", async (_, [observer, faults]) => {
    const polite: string[] = [];
    const { onion, dispatched, said } = run([observer, async (_exchange, next) => polite.push((await next()).kind)]);
    onion.run();
    expect(dispatched()).toBe(1);
    onion.settle(SENT);
    await turn();
    await turn();
    expect(dispatched()).toBe(1);
    expect(polite).toEqual(["sent"]);
    expect(said()).toEqual(faults);
  });
});

test("what the core throws comes out of run, past observers that would swallow it", () => {
  const swallower: Observer = (_exchange, next) => {
    try {
      void next();
    } catch {}
  };
  const { onion, said } = run([swallower], () => {
    throw new Error("from the carrier");
  });
  expect(() => onion.run()).toThrow("from the carrier");
  expect(said()).toEqual([]);
});

test("an onFault that throws is swallowed", () => {
  const onion = new Onion([() => {}], EXCHANGE, { dispatch() {} }, () => {
    throw new Error("nobody left to tell");
  });
  expect(() => onion.run()).not.toThrow();
});
