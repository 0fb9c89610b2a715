import { tap } from "@mcp-ops/tap";
import { pipelineFor } from "./pipelines.ts";
import type { WatchOptions } from "./watch-options.ts";

/**
 * Makes a server observable, with everything that exists: the one line in a server's code.
 *
 * `x` is a server (`McpServer`, `Server`, `FastMCPSession`), the class of one, a function that makes servers, a transport, or
 * an HTTP handler (an object with `fetch`, a web-style or a Node-style function). Objects are watched in place and given back;
 * for a function, use the one given back. Watching twice counts once.
 *
 * @throws OpsError that tells the fix, when `x` cannot be watched or an option is wrong.
 */
export function watch<T extends object>(x: T, options?: WatchOptions): T {
  return tap(x, pipelineFor(options));
}
