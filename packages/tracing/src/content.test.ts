import { expect, it } from "vitest";
import { outcomes, play, stage, toolCall } from "./fixtures/stage.ts";

const asked = () =>
  toolCall("pay", {
    params: { name: "pay", arguments: { amount: 5, password: "hunter2" }, requestState: "opaque" },
    meta: { "example/token": "abc" },
  });
const answer = outcomes.result({ result: { content: [{ type: "text", text: "paid" }], requestState: "opaque" } });

async function attributesWith(options: object, outcome = answer) {
  const { exporter, ...parts } = stage(options);
  await play(parts, asked(), outcome);
  return exporter.getFinishedSpans()[0]?.attributes ?? {};
}

it("stays off until somebody asks for it", async () => {
  expect(Object.keys(await attributesWith({})).filter((name) => name.startsWith("gen_ai.tool.call"))).toEqual([]);
});

it("records arguments and result without secrets and without the protocol's own state", async () => {
  const attributes = await attributesWith({ captureContent: true });
  expect(attributes["gen_ai.tool.call.arguments"]).toBe('{"amount":5,"password":"[redacted]"}');
  expect(attributes["gen_ai.tool.call.result"]).toBe('{"content":[{"type":"text","text":"paid"}]}');
});

it("records no result of a call that is not complete", async () => {
  const half = outcomes.result({ type: "input_required", result: { requestState: "opaque" } });
  expect(await attributesWith({ captureContent: true }, half)).not.toHaveProperty("gen_ai.tool.call.result");
});

it("is cut at its limit, whole characters only", async () => {
  const redact = () => "äöü".repeat(100);
  const { "gen_ai.tool.call.arguments": text } = await attributesWith({ captureContent: { redact, maxBytes: 10 } });
  expect(text).toBe('"äöüä');
});

it("lets nothing out when the redaction fails", async () => {
  const redact = () => {
    throw new Error("no idea");
  };
  expect(await attributesWith({ captureContent: { redact } })).not.toHaveProperty("gen_ai.tool.call.arguments");
});
