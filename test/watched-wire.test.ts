/** Where only the wire is watched, the server is asked for its lists, and neither side notices. */
import { describe, expect, test } from "vitest";
import type { Carrier } from "./carriers/carrier.ts";
import { transcript } from "./carriers/transcript.ts";
import { seen, useHouse } from "./carriers/use-house.ts";
import { v1HttpSessions } from "./carriers/v1-http-sessions.ts";
import { v1Memory } from "./carriers/v1-memory.ts";
import { v1Sse } from "./carriers/v1-sse.ts";
import { v1Stdio } from "./carriers/v1-stdio.ts";
import { v2HttpSessions } from "./carriers/v2-http-sessions.ts";
import { v2Memory } from "./carriers/v2-memory.ts";
import { v2StdioLegacy, v2StdioModern } from "./carriers/v2-stdio.ts";
import type { How } from "./fixtures/watcher.ts";

const wire: How = { cast: "recorder", at: ["transport"] };

describe.each([v1Memory, v1Stdio, v1HttpSessions, v1Sse, v2Memory, v2HttpSessions, v2StdioModern, v2StdioLegacy])(
  "$name",
  (carrier: Carrier) => {
    test("a wire that is watched carries the same bytes as one that is not", async () => {
      expect(await transcript(carrier, wire)).toEqual(await transcript(carrier));
    });

    const visit = useHouse(carrier, wire);
    test.each([
      ["tools/call", "ok", "ok", true],
      ["tools/call", "unheard-of", undefined, false],
      ["prompts/get", "tell", "tell", true],
      ["prompts/get", "unheard-of", undefined, false],
      ["resources/read", "story://cover", "story://cover", true],
      ["resources/read", "story://page/7", "story://page/{number}", true],
      ["resources/read", "story://unheard-of", undefined, false],
    ])("%s of %s is labelled from the lists of the server", async (method, target, knownTarget, targetKnown) => {
      const params = method === "resources/read" ? { uri: target } : { name: target };
      const asking = () => visit.client.request(method, params);
      expect(await seen(visit.house.audience, { method, target }, asking)).toMatchObject({ knownTarget, targetKnown });
    });

    test("our own questions are nobody's exchange", async () => {
      await seen(visit.house.audience, { target: "ok" }, () => visit.client.callTool("ok"));
      const asked = visit.house.audience.all({ about: "asked" }).map(({ method }) => String(method));
      expect(asked.filter((method) => method.endsWith("/list"))).toEqual([]);
    });

    test("a server that must not be asked keeps its targets unknown, until it is heard to list them", async () => {
      await using house = await carrier.open({ ...wire, learnTargets: false });
      const client = await house.client();
      const calling = () => seen(house.audience, { target: "ok" }, () => client.callTool("ok"));
      expect(await calling()).toMatchObject({ target: "ok", knownTarget: undefined, targetKnown: undefined });
      await client.listTools();
      expect(await calling()).toMatchObject({ target: "ok", knownTarget: "ok", targetKnown: true });
    });
  },
);
