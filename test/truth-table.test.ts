/** For each way a call can end, on each SDK: its status, and the exact samples it adds to the metrics. */
import { afterAll, describe, expect, test } from "vitest";
import type { Carrier } from "./carriers/carrier.ts";
import { fastMcpHttpSessions } from "./carriers/fastmcp-http.ts";
import { useHouse, type Visit } from "./carriers/use-house.ts";
import { v1HttpSessions } from "./carriers/v1-http-sessions.ts";
import { v2HttpModern } from "./carriers/v2-http.ts";
import { v2HttpSessions } from "./carriers/v2-http-sessions.ts";
import { added, type Samples, samplesOf } from "./fixtures/samples.ts";
import { type Ending, endings, type Story } from "./fixtures/truth-stories.ts";

/** `status` in `mcp_requests_total`, and `type/category` in `mcp_errors_total`. */
const success = "success";
const toolError = "tool_error tool_error/server";
const validation = "validation validation/client";
const unknownTool = "unknown_tool unknown_tool/client";
const unknownMethod = "unknown_method unknown_method/client";
const cancelled = "cancelled cancelled/client";
const lost = "lost lost/external";

/** By story and SDK; where a column is missing, the protocol or the SDK has no such story. */
const truth: Readonly<Record<Ending, Readonly<Record<string, string>>>> = {
  success: { v1: success, "v2-modern": success, "v2-legacy": success, fastmcp: success },
  "tool throws": { v1: toolError, "v2-modern": toolError, "v2-legacy": toolError, fastmcp: toolError },
  isError: { v1: toolError, "v2-modern": toolError, "v2-legacy": toolError, fastmcp: toolError },
  "bad arguments": { v1: validation, "v2-modern": validation, "v2-legacy": validation, fastmcp: validation },
  "unknown tool": { v1: unknownTool, "v2-modern": unknownTool, "v2-legacy": unknownTool, fastmcp: unknownTool },
  "unknown method": {
    v1: unknownMethod,
    "v2-modern": unknownMethod,
    "v2-legacy": unknownMethod,
    fastmcp: unknownMethod,
  },
  // The SDK's client answers and asks again, so there are two calls.
  input_required: { "v2-modern": "input_required success" },
  "server → client request": { v1: success, "v2-legacy": success, fastmcp: success },
  notification: { v1: success, "v2-modern": success, "v2-legacy": success, fastmcp: success },
  cancelled: { v1: cancelled, "v2-modern": cancelled, "v2-legacy": cancelled, fastmcp: cancelled },
  // On 2026-07-28 HTTP going away is how to cancel; FastMCP keeps the answer for a client that comes back.
  "client gone mid-call": { v1: lost, "v2-modern": cancelled, "v2-legacy": lost, fastmcp: success },
};

const columns: readonly [string, Carrier][] = [
  ["v1", v1HttpSessions],
  ["v2-modern", v2HttpModern],
  ["v2-legacy", v2HttpSessions],
  ["fastmcp", fastMcpHttpSessions],
];

describe.each(columns)("on %s", (column, carrier) => {
  const visit = useHouse(carrier, { cast: "metrics" });
  const written: string[] = [];
  let scrapes = 0;
  let before: Samples = new Map();

  const scrape = async (): Promise<Samples> => {
    visit.house.audience.give(`scrape ${++scrapes}`);
    const { text } = await visit.house.audience.hears({ about: "scrape", n: scrapes });
    return samplesOf(String(text));
  };

  const told = async (story: Story): Promise<string[]> => {
    await playOut(story, visit);
    const after = await scrape();
    const changes = added(before, after);
    before = after;
    return changes;
  };

  test("the handshake adds a session's worth of samples", async () => {
    before = await scrape();
    written.push("# handshake", ...added(new Map(), before), "");
    expect(statusOf(added(new Map(), before))).toBe("success");
  });

  for (const ending of Object.keys(endings) as Ending[]) {
    const status = truth[ending][column];
    if (status === undefined) continue;
    test(`${ending}: ${status}`, async () => {
      const changes = await told(endings[ending]);
      written.push(`# ${ending}`, ...changes, "");
      expect(statusOf(changes)).toBe(status);
    });
  }

  test("nothing is left in flight, and the samples are those of testdata, line by line", async () => {
    const open = [...before].filter(([name, value]) => name.startsWith("mcp_requests_in_flight") && value !== 0);
    expect(open).toEqual([]);
    await expect(written.join("\n")).toMatchFileSnapshot(`testdata/truth-table/${column}.txt`);
  });

  afterAll(() => visit.house.audience.give("never"));
});

/** Plays a story and waits until every exchange of it is over. */
async function playOut({ play, over }: Story, { client, house: { audience }, house }: Visit): Promise<void> {
  const since = audience.reports.length;
  await play(client, house).catch(() => {});
  for (const details of over) await audience.hears({ about: "exchange", ...details }, since);
}

/** The statuses and errors among these samples, in the words of the table. */
function statusOf(samples: readonly string[]): string {
  const words = samples.flatMap((sample) => {
    const [, status] = /^mcp_requests_total\{.*status="(\w+)"/.exec(sample) ?? [];
    const [, type, category] = /^mcp_errors_total\{.*type="(\w+)",category="(\w+)"/.exec(sample) ?? [];
    return status ?? (type === undefined ? [] : `${type}/${category}`);
  });
  return words.sort((a, b) => Number(a.includes("/")) - Number(b.includes("/"))).join(" ");
}
