import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { MCP_OPS } from "../cli/command.ts";
import type { Pair } from "./pair.ts";

/** What the proxy's metrics say, without `mcp_ops_follow_` and `_total`; labels added up. */
export type Figures = Readonly<
  Record<"held_requests" | "turned_away" | "lost" | "sent_again" | "moved_sessions" | "reopened_streams", number>
>;

export interface FollowedFront extends AsyncDisposable {
  /** Without a path. */
  readonly url: string;
  figures(): Promise<Figures>;
}

/** The command, in front of both nodes. */
export async function followed(pair: Pair): Promise<FollowedFront> {
  const nodes = pair.followed("/mcp").flatMap(({ name, url, roleUrl }) => ["--follow", `${name}=${url},${roleUrl}`]);
  const args = ["proxy", ...nodes, "--listen", "0", "--ops-listen", "127.0.0.1:0", "--json"];
  const child = spawn(MCP_OPS, args, { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  const { url, ops } = JSON.parse(line) as { url: string; ops: string };
  return {
    url: new URL("/", url).href,
    figures: async () => figuresIn(await (await fetch(new URL("/metrics", ops))).text()),
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await once(child, "close");
    },
  };
}

function figuresIn(text: string): Figures {
  const figures: Record<string, number> = {};
  for (const [, name = "", value] of text.matchAll(/^mcp_ops_follow_(\w+?)_total(?:\{.*\})? (\d+)/gm))
    figures[name] = (figures[name] ?? 0) + Number(value);
  return figures as Figures;
}
