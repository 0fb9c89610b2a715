/** Each verdict of a gate, on every carrier, with the HTTP status that the SDK alone would give. */
import { describe, expect, test } from "vitest";
import type { Carrier, House } from "./carriers/carrier.ts";
import { carriers } from "./carriers/carriers.ts";
import { transcript } from "./carriers/transcript.ts";
import type { Wire } from "./carriers/wire.ts";
import type { GateName } from "./fixtures/cast-gates.ts";
import type { Sighting } from "./fixtures/cast-recorders.ts";
import { call, greeting, request } from "./fixtures/script.ts";

describe.each(carriers)("$name", (carrier: Carrier) => {
  const { traits } = carrier;
  const isHttp = traits.transport === "http";
  const ask = (name: string, args = {}, id: string | number = 1) => request(call(name, args), traits.era, id);
  const unheardOf = request({ method: "story/unheard-of" }, traits.era, 1);

  /** Speaks to a server behind this gate, after the handshake. */
  async function behind(gate: GateName | undefined, story: (wire: Wire, house: House) => Promise<void>): Promise<void> {
    await using house = await carrier.open(gate === undefined ? {} : { cast: `gate: ${gate}` });
    await using wire = await house.wire();
    for (const line of greeting(traits)) await wire.say(line);
    await story(wire, house);
  }

  const outcomeOf = async (house: House, target: string) =>
    (await house.audience.hears<Sighting>({ about: "exchange", target })).outcome;

  test("a gate that passes changes no byte", async () => {
    expect(await transcript(carrier, { cast: "gate: passes" })).toEqual(await transcript(carrier));
  });

  test("a gate that answers now is heard at once, and the exchange is observed and marked", () =>
    behind("answers now", async (wire, house) => {
      const answer = await wire.say(ask("ok"));
      expect(answer).toContain("from the gate");
      if (isHttp) expect(answer).toMatch(/^HTTP 200\n/);
      expect(await outcomeOf(house, "ok")).toMatchObject({ kind: "result", isError: false, gate: "answers now" });
    }));

  test("a gate that refuses now is heard as an error, and the exchange counts as denied", () =>
    behind("refuses now", async (wire, house) => {
      const answer = await wire.say(ask("ok"));
      expect(answer).toContain('"error":{"code":-31001,"message":"not today"}');
      if (isHttp) expect(answer).toMatch(/^HTTP 200\n/);
      expect(await outcomeOf(house, "ok")).toMatchObject({
        kind: "error",
        code: -31001,
        cause: "denied",
        gate: "refuses now",
      });
    }));

  test.each(["answers later", "refuses later"] as const)("a gate that %s is heard when its promise is kept", (gate) =>
    behind(gate, async (wire, house) => {
      const answer = wire.say(ask("ok"));
      await house.audience.hears({ about: "asked", target: "ok" });
      expect(house.audience.all({ about: "exchange", target: "ok" })).toEqual([]);
      house.audience.give("answer");
      expect(await answer).toContain(gate === "answers later" ? "from the gate" : "-31001");
      expect(await outcomeOf(house, "ok")).toMatchObject({ gate, kind: gate === "answers later" ? "result" : "error" });
    }),
  );

  test.each([
    ["throws", "gate-threw"],
    ["breaks its promise", "gate-answer-rejected"],
  ] as const)("a gate that %s refuses, and the fault is told", (gate, kind) =>
    behind(gate, async (wire, house) => {
      expect(await wire.say(ask("ok"))).toContain('"code":-31003');
      expect(await house.audience.hears({ about: "fault" })).toMatchObject({ source: gate, kind });
      expect(await outcomeOf(house, "ok")).toMatchObject({ kind: "error", code: -31003, cause: "denied", gate });
    }),
  );

  test("a gate that amends the request reaches the tool", () =>
    behind("amends the request", async (wire) => {
      expect(await wire.say(ask("args", { n: 1 }))).toContain("n is 42");
    }));

  test("a gate that amends the result reaches the client", () =>
    behind("amends the result", async (wire) => {
      const answer = await wire.say(ask("ok"));
      expect(answer).toContain('"amended":true');
      expect(answer).toContain("fine");
    }));

  test("a gate that holds keeps the answer back until it lets go", () =>
    behind("holds", async (wire, house) => {
      let answered = false;
      const answer = wire.say(ask("ok")).finally(() => {
        answered = true;
      });
      await house.audience.hears({ about: "held" });
      expect(answered).toBe(false);
      expect(house.audience.all({ about: "exchange", target: "ok" })).toEqual([]);
      house.audience.give("let go");
      expect(await answer).toContain("fine");
      expect(await outcomeOf(house, "ok")).toMatchObject({ kind: "result", gate: undefined });
    }));

  test("an error born while the SDK dispatches is not held, and keeps its HTTP status", async () => {
    let plain = "";
    await behind(undefined, async (wire) => {
      plain = await wire.say(unheardOf);
    });
    await behind("holds", async (wire) => expect(await wire.say(unheardOf)).toBe(plain));
    if (isHttp) expect(plain).toMatch(traits.era === "modern" ? /^HTTP 404\n/ : /^HTTP 200\n/);
  });

  test("a hold that fails lets the answer go, and the fault is told", () =>
    behind("holds and fails", async (wire, house) => {
      expect(await wire.say(ask("ok"))).toContain("fine");
      expect(await house.audience.hears({ about: "fault" })).toMatchObject({ kind: "hold-rejected" });
    }));

  test("a deadline answers for a tool that is late, cancels it, and swallows what it says afterwards", () =>
    behind("sets a deadline", async (wire, house) => {
      expect(await wire.say(ask("slow", { until: "released" }, "late"))).toContain('"code":-31002');
      const timedOut = { kind: "error", code: -31002, cause: "timeout", gate: "sets a deadline" };
      expect(await outcomeOf(house, "slow")).toMatchObject(timedOut);
      house.audience.give("released");
      expect(await house.audience.hears({ about: "slow ended" })).toMatchObject({ aborted: true });
      expect(await wire.say(ask("ok", {}, "after"))).not.toContain("at last");
    }));

  test("a call that a gate revokes is answered at once with its words, cancelled, and what it says afterwards swallowed", () =>
    behind("revokes", async (wire, house) => {
      const answer = wire.say(ask("slow", { until: "released" }, "revoked"));
      await house.audience.hears({ about: "slow started" });
      house.audience.give("revoke");
      expect(await answer).toContain('"error":{"code":-31006,"message":"not any more"}');
      if (isHttp) expect(await answer).toMatch(/^HTTP 200\n/);
      expect(await outcomeOf(house, "slow")).toMatchObject({ kind: "error", code: -31006, gate: "revokes" });
      house.audience.give("released");
      expect(await house.audience.hears({ about: "slow ended" })).toMatchObject({ aborted: true });
      // The signal is spent: what is asked from then on is refused before it begins.
      const late = await wire.say(ask("slow", { until: "released" }, "late"));
      expect(late).toContain("-31006");
      expect(late).not.toContain("at last");
      expect(house.audience.all({ about: "slow started" })).toHaveLength(1);
    }));

  test("a gate that refuses with an HTTP status is heard so over HTTP, and elsewhere as an error alone", () =>
    behind("refuses by HTTP", async (wire, house) => {
      const answer = await wire.say(ask("ok"));
      expect(answer).toContain('"error":{"code":-31005,"message":"not here"}');
      expect(answer).not.toContain('"http"');
      if (isHttp) {
        expect(answer).toMatch(/^HTTP 503\n/);
        expect(answer).toContain("\nretry-after: 2\n");
        expect(JSON.parse(answer.slice(answer.indexOf("\n\n")))).toMatchObject({ jsonrpc: "2.0", id: 1 });
      }
      expect(await outcomeOf(house, "ok")).toMatchObject({ kind: "error", code: -31005, cause: "denied" });
      expect(house.audience.all({ about: "exchange", target: "ok" })).toHaveLength(1);
      expect(await wire.say(ask("args", { n: 7 }, "after"))).toContain("n is 7");
    }));
});
