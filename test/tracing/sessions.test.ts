/** Sessions over a pipe to a child process, as OpenTelemetry's own metrics see them. */
import { expect, test } from "vitest";
import type { Carrier } from "../carriers/carrier.ts";
import { fastMcpStdio } from "../carriers/fastmcp-stdio.ts";
import { v2StdioLegacy, v2StdioModern } from "../carriers/v2-stdio.ts";
import { booksOf } from "../fixtures/books.ts";
import type { Books } from "../fixtures/cast-west-wing.ts";

async function afterVisit(carrier: Carrier): Promise<Books> {
  await using house = await carrier.open({ cast: "west wing" });
  const client = await house.client();
  await client.callTool("ok");
  await client.vanish();
  await house.audience.hears({ about: "connection ended" });
  return await booksOf(house);
}

const sessionsIn = ({ durations }: Books) => durations.filter(({ name }) => name === "mcp.server.session.duration");

test.each([v2StdioLegacy, fastMcpStdio])(
  "a session lasts until its pipe closes, and is one duration: $name",
  async (carrier) => {
    const attributes = { "mcp.protocol.version": carrier.traits.revision, "network.transport": "pipe" };
    expect(sessionsIn(await afterVisit(carrier))).toEqual([
      { name: "mcp.server.session.duration", attributes, count: 1 },
    ]);
  },
);

test("revision 2026-07-28 has no sessions, and no durations of them", async () => {
  const books = await afterVisit(v2StdioModern);
  expect(sessionsIn(books)).toEqual([]);
  expect(books.durations.map(({ name }) => name)).toContain("mcp.server.operation.duration");
});

test.each([v2StdioLegacy, v2StdioModern, fastMcpStdio])(
  "a call over a pipe is one span, which names pipe and revision: $name",
  async (carrier) => {
    const { spans } = await afterVisit(carrier);
    const calls = spans.filter(({ name }) => name === "tools/call ok");
    expect(calls.map(({ attributes }) => attributes)).toEqual([
      expect.objectContaining({
        "network.transport": "pipe",
        "mcp.protocol.version": carrier.traits.revision,
        "jsonrpc.request.id": expect.any(String),
      }),
    ]);
  },
);
