import { readFileSync } from "node:fs";
import type { LoadHookSync } from "node:module";
import { fileURLToPath } from "node:url";

type Url = Parameters<LoadHookSync>[0];
type Context = Parameters<LoadHookSync>[1];
type NextLoad = Parameters<LoadHookSync>[2];
type Loaded = ReturnType<LoadHookSync>;

/**
 * Loads a module that is none of our business as if there were no load hook.
 *
 * Before 22.23.0 and 24.11.1 Node treats CommonJS that is imported in another way once any load hook exists, and fails: its
 * `require` cannot load ES modules, and with asynchronous hooks (`module.register`) beside ours it has no source. There we
 * send it to the loader of CommonJS, where it would be without us.
 */
export function loadPassingBy(
  url: Url,
  context: Context,
  nextLoad: NextLoad,
  version: string = process.versions.node,
): Loaded {
  if (!url.startsWith("file:") || !isImport(context) || !mistreatsImportedCommonJs(version))
    return nextLoad(url, context);
  const loaded = loadWithSource(url, context, nextLoad);
  // The name by which these versions know "CommonJS, loaded by its own loader". That one asks the hooks again.
  return loaded.format === "commonjs" ? { ...loaded, format: "commonjs-sync" } : loaded;
}

export function mistreatsImportedCommonJs(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split(".").map(Number);
  return (major === 22 && minor < 23) || major === 23 || (major === 24 && (minor < 11 || (minor === 11 && patch < 1)));
}

function isImport({ conditions }: Context): boolean {
  // A Set in some versions.
  return [...(conditions ?? [])].includes("import");
}

function loadWithSource(url: Url, context: Context, nextLoad: NextLoad): Loaded {
  try {
    return nextLoad(url, context);
  } catch (error) {
    const maybeCommonJs = context.format === "commonjs" || context.format === undefined;
    if (!maybeCommonJs || (error as { code?: unknown }).code !== "ERR_INVALID_RETURN_PROPERTY_VALUE") throw error;
    return { format: "commonjs", source: readFileSync(fileURLToPath(url), "utf8"), shortCircuit: true };
  }
}
