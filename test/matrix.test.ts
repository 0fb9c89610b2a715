/** What an observer sees of each story, on every carrier. */
import { describe, expect, test } from "vitest";
import { type Carrier, CLIENT } from "./carriers/carrier.ts";
import { carriers } from "./carriers/carriers.ts";
import { seen, useHouse } from "./carriers/use-house.ts";
import type { Sighting } from "./fixtures/cast-recorders.ts";

const endings = {
  v1: {
    badArguments: { kind: "result", isError: true, invalidArguments: true },
    unknownTool: { kind: "result", isError: true, invalidArguments: false },
    unknownResource: { kind: "error", code: -32602 },
    unknownPrompt: { kind: "error", code: -32602 },
  },
  v2: {
    badArguments: { kind: "result", isError: true, invalidArguments: true },
    unknownTool: { kind: "error", code: -32602 },
    unknownResource: { kind: "error", code: -32602 },
    unknownPrompt: { kind: "error", code: -32602 },
  },
  fastmcp: {
    badArguments: { kind: "error", code: -32602 },
    unknownTool: { kind: "error", code: -32601 },
    unknownResource: { kind: "error", code: -32601 },
    unknownPrompt: { kind: "error", code: -32601 },
  },
} as const;

const success = { kind: "result", type: "complete", isError: false, invalidArguments: false, gate: undefined };
const inbound = { kind: "request", direction: "inbound", server: "story", by: "the recorder" };

describe.each(carriers)("$name", (carrier: Carrier) => {
  const { traits } = carrier;
  const visit = useHouse(carrier, { cast: "recorder" });
  const ending = endings[traits.sdk];

  const calling = (name: string, args?: Record<string, unknown>, details: Partial<Sighting> = { target: name }) =>
    seen(visit.house.audience, details, () => visit.client.callTool(name, args, { onprogress() {} }));

  test("a call that succeeds is a result, of a tool that the server is known to have", async () => {
    expect(await calling("ok")).toMatchObject({
      ...inbound,
      method: "tools/call",
      knownMethod: "tools/call",
      target: "ok",
      knownTarget: "ok",
      targetKnown: true,
      params: true,
      outcome: success,
    });
  });

  test("an exchange knows who asked, over what and in which revision", async () => {
    expect(await calling("ok")).toMatchObject({
      transport: traits.transport,
      revision: traits.revision,
      era: traits.era,
      session: traits.session ? expect.any(String) : undefined,
      client: traits.knowsClient ? CLIENT : undefined,
      principal: traits.principal ? "reader" : undefined,
      story: traits.headers ? "once upon a time" : undefined,
      meta: true,
      id: expect.any(Number),
    });
  });

  test("the sizes of question and answer are counted", async () => {
    const { requestBytes, responseBytes } = await calling("ok");
    expect(requestBytes).toBeGreaterThan(80);
    expect(responseBytes).toBeGreaterThan(70);
  });

  test("a tool that throws ends in a result that is an error", async () => {
    expect(await calling("throws")).toMatchObject({
      targetKnown: true,
      outcome: { kind: "result", type: "complete", isError: true, invalidArguments: false },
    });
  });

  test("a tool that says it failed ends in a result that is an error", async () => {
    expect(await calling("is-error")).toMatchObject({
      targetKnown: true,
      outcome: { kind: "result", type: "complete", isError: true, invalidArguments: false },
    });
  });

  test("arguments that the tool's schema refuses are told from an error of the tool", async () => {
    expect(await calling("args", { n: "many" })).toMatchObject({ knownTarget: "args", outcome: ending.badArguments });
  });

  test("arguments that the schema takes are none of that", async () => {
    expect(await calling("args", { n: 7 })).toMatchObject({ knownTarget: "args", outcome: success });
  });

  test("a tool that nobody registered has a target but no label", async () => {
    expect(await calling("unheard-of")).toMatchObject({
      target: "unheard-of",
      knownTarget: undefined,
      targetKnown: false,
      outcome: ending.unknownTool,
    });
  });

  test("a method that nobody handles has no label either", async () => {
    const asking = () => visit.client.request("story/unheard-of");
    expect(await seen(visit.house.audience, { method: "story/unheard-of" }, asking)).toMatchObject({
      ...inbound,
      knownMethod: undefined,
      target: undefined,
      targetKnown: undefined,
      outcome: { kind: "error", code: -32601, cause: undefined },
    });
  });

  test.each([
    ["resource", "story://cover", "story://cover"],
    ["resource by its template", "story://page/7", "story://page/{number}"],
  ])("a %s is labelled with what the server registered", async (_what, target, knownTarget) => {
    const reading = () => visit.client.readResource(target);
    expect(await seen(visit.house.audience, { target }, reading)).toMatchObject({
      ...inbound,
      method: "resources/read",
      knownTarget,
      targetKnown: true,
      outcome: success,
    });
  });

  test("a resource that nobody registered is known to be unknown", async () => {
    const target = "story://unheard-of";
    const reading = () => visit.client.readResource(target);
    expect(await seen(visit.house.audience, { target }, reading)).toMatchObject({
      knownTarget: undefined,
      targetKnown: false,
      outcome: ending.unknownResource,
    });
  });

  test.each([
    ["that is registered", "tell", true, success],
    ["that is not", "unheard-of", false, ending.unknownPrompt],
  ])("a prompt %s is seen as such", async (_what, target, targetKnown, outcome) => {
    const getting = () => visit.client.getPrompt(target);
    expect(await seen(visit.house.audience, { method: "prompts/get", target }, getting)).toMatchObject({
      targetKnown,
      outcome,
    });
  });

  test("the handshake is an exchange like any other", async () => {
    const method = traits.era === "modern" ? "server/discover" : "initialize";
    expect(await visit.house.audience.hears({ about: "exchange", method })).toMatchObject({
      ...inbound,
      knownMethod: method,
      revision: traits.revision,
      era: traits.era,
      client: CLIENT,
      outcome: success,
    });
  });

  test.runIf(traits.era === "legacy")("a notification of the client is sent, inbound", async () => {
    const method = "notifications/initialized";
    expect(await visit.house.audience.hears({ about: "exchange", method })).toMatchObject({
      kind: "notification",
      direction: "inbound",
      id: undefined,
      knownMethod: method,
      outcome: { kind: "sent" },
    });
  });

  test.each(["notifications/progress", "notifications/message"])(
    "a %s of the server is sent, outbound",
    async (method) => {
      expect(await calling("notifies", {}, { method })).toMatchObject({
        kind: "notification",
        direction: "outbound",
        id: undefined,
        knownMethod: method,
        outcome: { kind: "sent" },
      });
    },
  );

  test.runIf(traits.reachesCall && traits.era === "legacy")(
    "a request of the server to its client is an exchange of its own, outbound",
    async () => {
      const method = "elicitation/create";
      expect(await calling("asks-client", {}, { method })).toMatchObject({
        ...inbound,
        direction: "outbound",
        knownMethod: method,
        target: undefined,
        outcome: success,
      });
      expect(await visit.house.audience.hears({ about: "exchange", target: "asks-client" })).toMatchObject({
        direction: "inbound",
        outcome: success,
      });
    },
  );

  test.runIf(traits.era === "modern")("a call that needs input first ends as a success of its own type", async () => {
    const since = visit.house.audience.reports.length;
    expect(await calling("asks-input")).toMatchObject({ outcome: { ...success, type: "input_required" } });
    await calling("ok");
    const calls = visit.house.audience.all<Sighting>({ about: "exchange", target: "asks-input" }, since);
    expect(calls.map(({ outcome }) => outcome.type)).toEqual(["input_required", "complete"]);
  });

  test("the async context an observer sets is the handler's, before and after it waits", async () => {
    const { content } = await visit.client.callTool("als-probe");
    const context = "the recorder, at als-probe";
    expect(JSON.parse(content[0]?.text ?? "")).toEqual({ before: context, after: context });
  });

  test("no observer and no gate was ever found at fault", () => {
    expect(visit.house.audience.all({ about: "fault" })).toEqual([]);
  });
});
