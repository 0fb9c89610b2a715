import { openProxy } from "@mcp-ops/proxy";
import type { Stage } from "../fixtures/stage.ts";
import { type How, pipelineOf } from "../fixtures/watcher.ts";
import type { HttpHouse } from "./http-house.ts";

/** Puts a proxy in front of the house, with the cast watching there, if this is where it is to watch. */
export async function proxied<H extends HttpHouse>(house: H, how: How, stage: Stage): Promise<H> {
  const pipeline = how.at?.includes("proxy") ? pipelineOf(how, stage) : undefined;
  if (pipeline === undefined) return house;
  const proxy = await openProxy({ upstreams: [house.url], pipeline, drainMs: 0 });
  return {
    ...house,
    url: proxy.url,
    async [Symbol.asyncDispose]() {
      await proxy.close();
      await house[Symbol.asyncDispose]();
    },
  };
}
