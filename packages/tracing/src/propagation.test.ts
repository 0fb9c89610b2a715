import type { JsonObject, Pass } from "@mcp-ops/exchange";
import { PASS } from "@mcp-ops/exchange";
import { propagation as baggageApi, context, trace } from "@opentelemetry/api";
import { expect, it } from "vitest";
import { exchange, PARENT, propagator, TRACEPARENT } from "./fixtures/stage.ts";
import { propagationGate } from "./propagation.ts";

const outbound = exchange({ direction: "outbound", method: "roots/list" });
const inTrace = <R>(work: () => R, around = context.active()) =>
  context.with(trace.setSpanContext(around, { ...PARENT, traceFlags: 1 }), work);

function amended(params: JsonObject, baggage: string[] = [], around = context.active()): JsonObject {
  const verdict = inTrace(() => propagationGate(propagator, baggage)(outbound), around) as Pass;
  return verdict.amendRequest?.(params) ?? params;
}

it("lets pass what the client asks", () => {
  expect(inTrace(() => propagationGate(propagator, [])(exchange()))).toBe(PASS);
});

it("lets pass when there is no trace, so that nothing on the wire changes", () => {
  expect(propagationGate(propagator, [])(outbound)).toBe(PASS);
});

it("writes the trace context into _meta of a new object", () => {
  const params = Object.freeze({ a: 1, _meta: Object.freeze({ progressToken: 3 }) });
  expect(amended(params)).toEqual({ a: 1, _meta: { progressToken: 3, traceparent: TRACEPARENT } });
});

it("leaves alone what the author has written by hand", () => {
  const params = { _meta: { traceparent: "mine" } };
  expect(amended(params)).toBe(params);
});

it("passes on only the baggage that was named", () => {
  const baggage = baggageApi.createBaggage({ tenant: { value: "blue" }, user: { value: "canary" } });
  const around = baggageApi.setBaggage(context.active(), baggage);
  expect(amended({}, [], around)).toEqual({ _meta: { traceparent: TRACEPARENT } });
  expect(amended({}, ["tenant"], around)).toEqual({ _meta: { traceparent: TRACEPARENT, baggage: "tenant=blue" } });
});

it("lets pass when the propagator fails", () => {
  const inject = () => {
    throw new Error("broken");
  };
  expect(propagationGate({ inject }, [])(outbound)).toBe(PASS);
});
