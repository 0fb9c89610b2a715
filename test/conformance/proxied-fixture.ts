import { pipelineFor } from "@mcp-ops/kit";
import { openProxy } from "@mcp-ops/proxy";
import type { Proxied } from "./served.ts";
import type { ServedFixture } from "./served-fixture.ts";

/** Puts the proxy in front of a fixture, watching as the command does. */
export async function proxiedFixture(fixture: ServedFixture, served: Proxied): Promise<ServedFixture> {
  const health = served === "proxied with health" ? {} : { health: { statusResource: false } };
  const proxy = await openProxy({ upstreams: [fixture.url], pipeline: pipelineFor(health), drainMs: 0 });
  return {
    url: proxy.url,
    async [Symbol.asyncDispose]() {
      await proxy.close();
      await fixture[Symbol.asyncDispose]();
    },
  };
}
