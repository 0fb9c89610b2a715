/** The resource health://status, behind the proxy, in every era. */
import { pipelineFor } from "@mcp-ops/kit";
import { openProxy } from "@mcp-ops/proxy";
import { expect, test } from "vitest";
import type { StoryClient } from "../carriers/carrier.ts";
import { httpClientV1, httpClientV2 } from "../carriers/http-clients.ts";
import { v2House } from "../carriers/v2-http.ts";

test.each<[string, (url: string) => Promise<StoryClient>]>([
  ["SDK v1", httpClientV1],
  ["SDK v2, 2025-11-25", (url) => httpClientV2("legacy", url)],
  ["SDK v2, 2026-07-28", (url) => httpClientV2("modern", url)],
])(
  "%s finds the health of a server that never heard of it, beside what the server has itself",
  async (_who, connect) => {
    await using house = await v2House({});
    await using proxy = await openProxy({ upstreams: [house.url], pipeline: pipelineFor({}), drainMs: 0 });
    const client = await connect(proxy.url);
    const { resources } = (await client.request("resources/list")) as { resources: { uri: string }[] };
    expect(resources.map(({ uri }) => uri)).toEqual(["story://cover", "story://safe", "health://status"]);
    const { contents } = (await client.readResource("health://status")) as { contents: { text: string }[] };
    expect(JSON.parse(contents[0]?.text ?? "")).toMatchObject({ status: "healthy" });
    expect(await client.readResource("story://cover")).toMatchObject({ contents: [{ text: "A cover" }] });
    await client.vanish();
  },
);
