import module, { createRequire } from "node:module";
import { extname } from "node:path";
import { receiveWith } from "./hand-over.ts";
import { hookSdks } from "./hooks.ts";
import type { Sdk } from "./sdk-entries.ts";
import { guarded, warnOnce } from "./warn.ts";

const PART = "Watching MCP servers without a code change";

/** Lets every server class that the process loads from now on be watched. Until one is loaded, nothing else of ours is. */
export function start(): void {
  // Looked up at run time: a named import that an old Node lacks would be an error before the host has begun.
  if (typeof module.registerHooks !== "function") {
    return warnOnce(
      PART,
      `this Node (${process.version}) is too old to watch servers without a code change. It takes 22.15.`,
    );
  }
  guarded(PART, () => {
    const isFirst = receiveWith((exports, sdk) => guarded(PART, () => instrument(exports, sdk)));
    if (isFirst) hookSdks();
  });
}

/** By `require`, because the module that hands over cannot wait; and only now, because most processes never come here. */
function instrument(exports: Readonly<Record<string, unknown>>, sdk: Sdk): void {
  const file = `./instrument${extname(new URL(import.meta.url).pathname)}`;
  const loaded = createRequire(import.meta.url)(file) as typeof import("./instrument.ts");
  loaded.instrument(exports, sdk);
}
