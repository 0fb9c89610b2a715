import { LISTEN_METHOD } from "@mcp-ops/formats";
import type { OpenExchange } from "../open-exchange.ts";
import type { Post } from "./post.ts";

/** How the response to a POST ended. */
export type HowEnded = "complete" | "client gone" | "broken";

/** Ends the requests of a POST that its response did not answer. */
export function endOpen(post: Post, how: HowEnded, httpStatus: number): void {
  for (const id of post.asked) {
    const open = post.openRequest(id);
    if (open !== undefined) endOne(open, post, how, httpStatus);
  }
}

function endOne(open: OpenExchange, { home, isResumable }: Post, how: HowEnded, httpStatus: number): void {
  if (how === "complete" && httpStatus >= 400) return open.reject(httpStatus);
  // On the older transport the answer comes by the event stream.
  if (how === "complete" && home.writeApart !== undefined) return;
  if (how !== "broken" && isResumable()) return home.detach(open);
  const withdrawn = open.exchange.era === "modern" || open.exchange.method === LISTEN_METHOD;
  if (how === "client gone" && withdrawn) open.cancel();
  else open.lose("closed");
}
