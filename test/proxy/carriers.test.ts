/** Behind the proxy a server is seen as it is in process, and its client gets the same bytes. */
import { describe, expect, test } from "vitest";
import { type Carrier, CLIENT } from "../carriers/carrier.ts";
import { fastMcpHttpSessions, fastMcpHttpStateless } from "../carriers/fastmcp-http.ts";
import { transcript, witnessed } from "../carriers/transcript.ts";
import { seen, useHouse } from "../carriers/use-house.ts";
import { v1HttpSessions } from "../carriers/v1-http-sessions.ts";
import { v1HttpStateless } from "../carriers/v1-http-stateless.ts";
import { v1Sse } from "../carriers/v1-sse.ts";
import { v2HttpLegacy, v2HttpModern } from "../carriers/v2-http.ts";
import { v2HttpSessions } from "../carriers/v2-http-sessions.ts";
import type { Sighting } from "../fixtures/cast-recorders.ts";
import { scriptFor } from "../fixtures/script.ts";
import type { How } from "../fixtures/watcher.ts";

const behindProxy: How = { cast: "recorder", at: ["proxy"] };

const served = [
  v1HttpSessions,
  v1HttpStateless,
  v1Sse,
  v2HttpModern,
  v2HttpLegacy,
  v2HttpSessions,
  fastMcpHttpSessions,
  fastMcpHttpStateless,
];

describe.each(served)("$name, behind the proxy", (carrier: Carrier) => {
  const { traits } = carrier;

  test("the whole script brings the same statuses, headers and bytes, and one exchange for each question", async () => {
    const { heard, seen } = await witnessed(carrier, behindProxy);
    expect(heard).toEqual(await transcript(carrier));
    const inbound = seen.filter((line) => line.startsWith("inbound request"));
    const asked = scriptFor(traits).flatMap(({ send }) => requestsIn(send));
    expect(inbound.map((line) => line.split(" ")[2]).sort()).toEqual(asked.map(firstWord).sort());
  });

  const visit = useHouse(carrier, behindProxy);

  test("a call is one exchange, with its target learned and who asked it known", async () => {
    const since = visit.house.audience.reports.length;
    const calling = () => visit.client.callTool("ok");
    expect(await seen(visit.house.audience, { target: "ok" }, calling)).toMatchObject({
      direction: "inbound",
      method: "tools/call",
      knownTarget: "ok",
      targetKnown: true,
      transport: traits.transport,
      era: traits.era,
      revision: traits.revision,
      session: traits.session ? expect.any(String) : undefined,
      client: traits.session || traits.era === "modern" ? CLIENT : undefined,
      story: "once upon a time",
      outcome: { kind: "result", isError: false },
    });
    expect(visit.house.audience.all<Sighting>({ about: "exchange", target: "ok" }, since)).toHaveLength(1);
  });

  test.runIf(traits.reachesCall && traits.era === "legacy")(
    "a question of the server to its client is an exchange of its own, and answered through the proxy",
    async () => {
      const calling = async () => {
        expect((await visit.client.callTool("asks-client")).content[0]?.text).toBe("Hello Ada");
      };
      expect(await seen(visit.house.audience, { method: "elicitation/create" }, calling)).toMatchObject({
        direction: "outbound",
        outcome: { kind: "result" },
      });
    },
  );

  // FastMCP's sessions can be resumed: a client that is gone may come back for its answer.
  const isResumable = traits.sdk === "fastmcp" && traits.session;
  test.skipIf(isResumable)("a client that vanishes ends its call", async () => {
    await using own = await carrier.open(behindProxy);
    const client = await own.client();
    const call = client.callTool("slow", { until: "released" }).catch(() => {});
    await own.audience.hears({ about: "slow started" });
    await client.vanish();
    const { outcome } = await own.audience.hears<Sighting>({ about: "exchange", target: "slow" });
    expect(outcome.kind).toBe(traits.era === "modern" ? "cancelled" : "lost");
    own.audience.give("released");
    await call;
  });

  test("no observer was found at fault", () => {
    expect(visit.house.audience.all({ about: "fault" })).toEqual([]);
  });
});

/** The ids of the requests in a body, as a record of an exchange shows them. */
function requestsIn(text: string): string[] {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return [];
  }
  const messages = (Array.isArray(body) ? body : [body]) as { id?: unknown; method?: unknown }[];
  return messages.filter(({ id, method }) => id !== undefined && method !== undefined).map(({ id }) => String(id));
}

function firstWord(id: string): string {
  return id.split(" ")[0] as string;
}
