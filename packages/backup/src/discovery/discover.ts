import { readFile, stat } from "node:fs/promises";
import { extname, isAbsolute, join } from "node:path";
import { CONFIG_FOLDER, type KnownConfig, type Platform, PROJECT_CONFIGS, USER_CONFIGS } from "./known-configs.ts";
import { serversIn } from "./servers-in.ts";

export interface DiscoverOptions {
  /** The home folder of whose configurations are sought. */
  readonly home: string;
  readonly platform: Platform;
  /** Where programs of this platform keep their configuration, when that is not the usual place (`$XDG_CONFIG_HOME`, `%APPDATA%`). */
  readonly configFolder?: string | undefined;
  /** Projects whose own configurations are sought too. */
  readonly projects?: readonly string[] | undefined;
}

export interface FoundConfig extends ConfigPlace {
  /** The servers it names; none where it cannot be read. */
  readonly serverNames: readonly string[];
  /** Why it cannot be read. */
  readonly invalid?: string | undefined;
}

/** A file that a configured server is told to use. */
export interface FoundServerFile {
  readonly path: string;
  readonly server: string;
  readonly kind: "config" | "database";
}

export interface Discovery {
  readonly configs: readonly FoundConfig[];
  readonly serverFiles: readonly FoundServerFile[];
}

/** Longer is no configuration that a person wrote; it is listed, and not read. */
export const MAX_CONFIG_BYTES: number = 16 * 1024 * 1024;
/** A configuration can name any number. */
const MAX_SERVER_FILES = 200;

/** Which configurations of MCP clients are on this machine, and which files the servers in them are started with. Reads only. */
export async function discover(options: DiscoverOptions): Promise<Discovery> {
  const configs: FoundConfig[] = [];
  const files = new Map<string, FoundServerFile>();
  for (const place of configPlaces(options)) {
    const text = await textOf(place.path);
    if (text === undefined) continue;
    const read = serversIn(text, place);
    const servers = read.valid ? read.servers : new Map<string, unknown>();
    configs.push({ ...place, serverNames: [...servers.keys()], ...(read.valid ? {} : { invalid: read.reason }) });
    for (const [server, entry] of servers) await collectFiles(server, entry, files);
  }
  return { configs, serverFiles: [...files.values()] };
}

/** A place where a client keeps its configuration, whether or not there is one now. */
export interface ConfigPlace extends KnownConfig {
  readonly path: string;
}

/** Where configurations may be: a restore needs the place of one that is gone, and a watch that of one to come. Touches nothing. */
export function configPlaces(options: DiscoverOptions): readonly ConfigPlace[] {
  const { home, platform, configFolder = join(home, CONFIG_FOLDER[platform]), projects = [] } = options;
  return [
    ...USER_CONFIGS.map(({ path, ...known }) => ({ ...known, path: placed(path, home, configFolder) })),
    ...projects.flatMap((folder) => PROJECT_CONFIGS.map((known) => ({ ...known, path: join(folder, known.path) }))),
  ];
}

function placed(path: string, home: string, configFolder: string): string {
  return path.startsWith("{config}/") ? join(configFolder, path.slice("{config}/".length)) : join(home, path);
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    const stats = await stat(path);
    if (!stats.isFile()) return undefined;
    return stats.size > MAX_CONFIG_BYTES ? "" : await readFile(path, "utf8");
  } catch {
    return undefined;
  }
}

const CONFIG_ENDINGS = new Set<string>([".json", ".jsonc", ".jsonl", ".yaml", ".yml", ".toml", ".ini"]);
const DATABASE_ENDINGS = new Set<string>([".db", ".sqlite", ".sqlite3"]);

async function collectFiles(server: string, entry: unknown, files: Map<string, FoundServerFile>): Promise<void> {
  for (const path of pathsIn(entry)) {
    const kind = DATABASE_ENDINGS.has(extname(path)) ? "database" : "config";
    if (files.size >= MAX_SERVER_FILES || files.has(path)) continue;
    const isThere = await stat(path).then(
      (stats) => stats.isFile(),
      () => false,
    );
    if (isThere) files.set(path, { path, server, kind });
  }
}

/** Also in `--db=/var/lib/notes.db`. */
function pathsIn(entry: unknown): string[] {
  const { args, env } = (entry ?? {}) as { args?: unknown; env?: unknown };
  const words = [...(Array.isArray(args) ? args : []), ...Object.values(env ?? {})].filter(
    (word) => typeof word === "string",
  );
  return words
    .map((word) => (word.startsWith("-") ? word.slice(word.indexOf("=") + 1) : word))
    .filter((word) => isAbsolute(word) && (CONFIG_ENDINGS.has(extname(word)) || DATABASE_ENDINGS.has(extname(word))));
}
