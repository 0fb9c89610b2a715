import module, { type LoadHookSync, type ResolveHookSync } from "node:module";
import { handOver, withHandOver } from "./hand-over.ts";
import { loadPassingBy } from "./passing-by.ts";
import { type Sdk, sdkOf } from "./sdk-entries.ts";
import { guarded } from "./warn.ts";

const PART = "Watching an MCP SDK";

/** Lets entry modules of MCP SDKs hand over what they export, in ESM and CommonJS. */
export function hookSdks(): void {
  hookCommonJs();
  module.registerHooks({ resolve });
}

interface CommonJsModule {
  readonly exports: unknown;
  load(filename: string): unknown;
}

/** The one method every `require` of a file not yet loaded goes through, that of TypeScript loaders too, whose files no hook sees. */
function hookCommonJs(): void {
  const prototype = module.Module.prototype as unknown as CommonJsModule;
  const { load } = prototype;
  prototype.load = function (this: CommonJsModule, filename: string): unknown {
    const returned = load.call(this, filename);
    const sdk = sdkOf(filename);
    if (sdk !== undefined) handOver(this.exports, sdk);
    return returned;
  };
}

/** Entry modules that an `import` has found and that are not loaded yet. */
const awaited = new Map<string, Sdk>();
const loaded = new Set<string>();
let loading: { deregister(): void } | undefined;

/** Our load hook stands only from when an entry module is found until it is loaded: a host should see as little of us as can be. */
const resolve: ResolveHookSync = (specifier, context, nextResolve) => {
  const found = nextResolve(specifier, context);
  guarded(PART, () => {
    const sdk = sdkOf(found.url);
    if (sdk === undefined || loaded.has(found.url) || [...context.conditions].includes("require")) return;
    awaited.set(found.url, sdk);
    loading ??= module.registerHooks({ load });
  });
  return found;
};

const load: LoadHookSync = (url, context, nextLoad) => {
  const sdk = awaited.get(url);
  if (sdk === undefined) return loadPassingBy(url, context, nextLoad);
  const result = nextLoad(url, context);
  const { source, format } = result;
  const longer = guarded(PART, () => {
    stopAwaiting(url);
    return source === undefined || source === null ? undefined : withHandOver(source, format, url, sdk);
  });
  return longer === undefined ? result : { ...result, source: longer };
};

function stopAwaiting(url: string): void {
  loaded.add(url);
  awaited.delete(url);
  if (awaited.size > 0) return;
  loading?.deregister();
  loading = undefined;
}
