import { StreamableHTTPClientTransport as StreamableHTTPClientTransportV2 } from "@modelcontextprotocol/client";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import type { StoryClient } from "./carrier.ts";
import { clientV1 } from "./client-v1.ts";
import { clientV2 } from "./client-v2.ts";
import { whenServerNotices } from "./http-closings.ts";
import { CLIENT_HEADERS } from "./http-house.ts";

/** Connects, and waits until the client's own event stream is open (or refused): what a server sends there before is lost. */
export async function httpClientV1(url: string): Promise<StoryClient> {
  const { fetch, streamAnswered } = fetchWithNews();
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    fetch,
    requestInit: { headers: CLIENT_HEADERS },
  });
  const client = await clientV1(transport as Transport, () => whenServerNotices(url, () => transport.close()));
  await streamAnswered;
  return client;
}

export async function httpClientV2(era: "legacy" | "modern", url: string): Promise<StoryClient> {
  const { fetch, streamAnswered } = fetchWithNews();
  const transport = new StreamableHTTPClientTransportV2(new URL(url), {
    fetch,
    requestInit: { headers: CLIENT_HEADERS },
  });
  const client = await clientV2(era, transport, () => whenServerNotices(url, () => transport.close()));
  if (era === "legacy") await streamAnswered;
  return client;
}

function fetchWithNews(): { fetch: typeof fetch; streamAnswered: Promise<void> } {
  const { promise: streamAnswered, resolve } = Promise.withResolvers<void>();
  const news: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    if (init?.method === "GET") resolve();
    return response;
  };
  return { fetch: news, streamAnswered };
}
