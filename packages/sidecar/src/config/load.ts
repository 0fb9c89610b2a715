import { existsSync } from "node:fs";
import { dirname, extname, resolve } from "node:path";
import { OpsError } from "@mcp-ops/formats";
import { SIDECAR_ERROR } from "../codes.ts";
import type { DutyPlan } from "../duties/duty.ts";
import { envLayer } from "./env-layer.ts";
import { type Layer, mergeLayers } from "./layer.ts";
import { line, problemsOf } from "./problems.ts";
import { type Config, configJsonSchema, configSchema } from "./schema.ts";
import { isWide, listenOf } from "./sections.ts";
import { invalidConfig, yamlLayer } from "./yaml-layer.ts";

export interface ConfigSource {
  /** The file; a second one beside it, for an environment, is found by itself. */
  readonly file: string;
  /** Of which environment `mcp-ops.<environment>.yaml` is read. Default: what MCP_OPS_ENV says. */
  readonly environment?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly duties: readonly DutyPlan[];
}

/** A config that can be used, and where each of its values was said. */
export interface LoadedConfig {
  readonly config: Config;
  readonly layers: readonly Layer[];
  /** The files it was read from. */
  readonly files: readonly string[];
  /** The folder against which paths are read. */
  readonly folder: string;
  /** The options with which the command `mcp-ops` reads the same config. */
  readonly flags: readonly string[];
}

/** Reads the config, and throws an OpsError that lists everything wrong with it. */
export function loadConfig(source: ConfigSource): LoadedConfig {
  const file = resolve(source.file);
  const environment = source.environment ?? source.env.MCP_OPS_ENV;
  const files = environment ? [file, fileOf(file, environment)] : [file];
  const schema = configJsonSchema(source.duties);
  const variables = envLayer(source.env, schema);
  const layers = [...files.map(yamlLayer), variables];
  const read = configSchema(source.duties).safeParse(mergeLayers(layers));
  if (!read.success) throw invalidConfig(problemsOf(read.error.issues, layers, schema));
  const problems = [...contradictions(read.data, layers), ...misplaced(source.duties, variables)];
  if (problems.length > 0) throw invalidConfig(problems);
  const flags = ["--config", file, ...(environment ? ["--env", environment] : [])];
  return { config: read.data, layers, files, folder: dirname(file), flags };
}

function fileOf(file: string, environment: string): string {
  const ending = extname(file);
  const path = `${file.slice(0, file.length - ending.length)}.${environment}${ending}`;
  if (/^[\w-]+$/.test(environment) && existsSync(path)) return path;
  throw new OpsError(
    SIDECAR_ERROR.configMissing,
    `There is no config for the environment ${JSON.stringify(environment)}: ${path}. Write it, or leave out --env and MCP_OPS_ENV.`,
  );
}

/** Whoever may set a variable must not thereby have a program of his run. */
function misplaced(duties: readonly DutyPlan[], variables: Layer): readonly string[] {
  const paths = duties.flatMap(({ name, onlyInFiles = [] }) => onlyInFiles.map((key) => [name, key]));
  return paths
    .filter((path) => variables.where(path) !== undefined)
    .map((path) => line([variables], path, "is taken from a file only: put it there, and unset the variable"));
}

/** What only several keys together show. */
function contradictions({ admin }: Config, layers: readonly Layer[]): readonly string[] {
  const exposed = isWide(listenOf(admin.listen)) && admin.token === undefined && admin.tls?.clientCa === undefined;
  if (!exposed) return [];
  return [
    line(
      layers,
      ["admin", "listen"],
      "is open to other machines: give admin.token or admin.tls.clientCa, or listen on 127.0.0.1 or a socket",
    ),
  ];
}
