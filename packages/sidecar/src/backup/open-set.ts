import { stat } from "node:fs/promises";
import { homedir } from "node:os";
import { extname, resolve } from "node:path";
import {
  type BackupSet,
  BackupStore,
  type ConfigToWatch,
  configPlaces,
  type DiscoverOptions,
  discover,
  type Platform,
  type Source,
} from "@mcp-ops/backup";
import type { ConfigSource } from "../config/load.ts";
import { stateFolder } from "../state/state-file.ts";
import { dumperOf } from "./dumper.ts";
import type { BackupSetSettings, BackupSettings } from "./settings.ts";
import type { SourceSettings } from "./source-settings.ts";

/** Where a config stands: the folder its paths are read from, and the variables its references lead to. */
export interface Place {
  readonly folder: string;
  readonly env: ConfigSource["env"];
}

/** A set of the config, with what was discovered for it. */
export interface OpenedSet {
  /** What a backup saves now. */
  readonly set: BackupSet;
  /** What may be restored: the same, and the known places where a client's config is gone now. */
  readonly restorable: BackupSet;
  /** The configs to watch in it. */
  readonly watched: readonly ConfigToWatch[];
}

/** The folder of the backups of a config. */
export function backupStoreOf(settings: BackupSettings, { folder, env }: Place): BackupStore {
  const { folder: given } = settings;
  return new BackupStore(given === undefined ? resolve(stateFolder(env), "backups") : resolve(folder, given));
}

/** A set of the config as the engine takes it. Looks at the disk for what the set is to discover; reads no secret yet. */
export async function backupSetOf(name: string, settings: BackupSetSettings, place: Place): Promise<OpenedSet> {
  const given = settings.sources.map((source) => sourceOf(source, place.folder));
  const taken = new Set(given.map(({ path }) => path));
  const free = (sources: readonly Source[]) => sources.filter(({ path }) => !taken.has(path));
  const options = discoverOptions(
    place.env,
    settings.projects.map((project) => resolve(place.folder, project)),
  );
  const set = setOf(name, settings, place, [...given, ...free(await discovered(settings, options))]);
  const gone = settings.discover.includes("clients") ? configPlaces(options).map(({ path }) => optional(path)) : [];
  const paths = new Set(set.sources.map(({ path }) => path));
  const required = Object.fromEntries(
    Object.entries(settings.watch.requiredServers).map(([path, servers]) => [resolve(place.folder, path), servers]),
  );
  const restorable = { ...set, sources: [...set.sources, ...gone.filter(({ path }) => !paths.has(path))] };
  return { set, restorable, watched: await watchedOf(restorable, required, options) };
}

/** Whose configs are sought: this user's. */
export function discoverOptions(env: Place["env"], projects: readonly string[] = []): DiscoverOptions {
  const configFolder = process.platform === "win32" ? env.APPDATA : env.XDG_CONFIG_HOME;
  return {
    home: env.HOME || homedir(),
    platform: (["darwin", "win32"].includes(process.platform) ? process.platform : "linux") as Platform,
    ...(configFolder && { configFolder }),
    projects,
  };
}

function setOf(name: string, settings: BackupSetSettings, place: Place, sources: readonly Source[]): BackupSet {
  const { signKey, codec, recipients, trustedKeys, databases } = settings;
  return {
    name,
    sources,
    dumpers: Object.entries(databases).map(([database, one]) =>
      dumperOf(`backup.sets.${name}.databases`, database, one, place),
    ),
    codec,
    recipients,
    trustedKeys,
    ...(signKey !== undefined && { signKeyFile: resolve(place.folder, signKey) }),
  };
}

/** With its path read from that folder. */
export function sourceOf({ path, glob, required, name, exclude }: SourceSettings, folder: string): Source {
  const where = path === undefined ? { glob: resolve(folder, glob ?? "") } : { path: resolve(folder, path) };
  return { ...where, required, exclude, ...(name !== undefined && { name }) };
}

function optional(path: string): Source & { readonly path: string } {
  return { path, required: false };
}

async function discovered(settings: BackupSetSettings, options: DiscoverOptions): Promise<readonly Source[]> {
  if (settings.discover.length === 0) return [];
  const { configs, serverFiles } = await discover(options);
  // A database is copied by its dumper only: its file alone may not open.
  const files = serverFiles.filter(({ kind }) => kind === "config");
  const paths = new Set([
    ...(settings.discover.includes("clients") ? configs.map(({ path }) => path) : []),
    ...(settings.discover.includes("server-files") ? files.map(({ path }) => path) : []),
  ]);
  return [...paths].map(optional);
}

/** Every file that is named by its path. How a known client writes is known; of others the ending tells, and TOML and YAML are not read. */
async function watchedOf(
  { sources }: BackupSet,
  required: Readonly<Record<string, readonly string[]>>,
  options: DiscoverOptions,
): Promise<readonly ConfigToWatch[]> {
  const known = new Map(configPlaces(options).map((place) => [place.path, place]));
  const watched: ConfigToWatch[] = [];
  for (const { path } of sources) {
    if (path === undefined || (await isFolder(path))) continue;
    const { format, servers } = known.get(path) ?? { format: FORMATS[extname(path)] ?? "yaml", servers: ANY_SERVERS };
    watched.push({ path, format, servers, required: required[path] });
  }
  return watched;
}

const FORMATS: Readonly<Record<string, ConfigToWatch["format"]>> = { ".json": "json", ".jsonc": "jsonc" };
const ANY_SERVERS = ["mcpServers", "servers", "context_servers", "projects.*.mcpServers"];

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
