import { OpsError } from "./ops-error.ts";

/**
 * What a server process leaves in the runtime folder, so that the sidecar finds its ops endpoint. One JSON file per process
 * (per thread, for a worker thread), named by `registrationFileName`.
 */
export interface Registration {
  readonly schema: 1;
  /** The name the server gives itself, or was given by its operator. */
  readonly server: string;
  readonly pid: number;
  readonly bootId: string;
  /** When the process (or thread) started: ISO 8601, UTC. */
  readonly startedAt: string;
  /** Socket of the ops endpoint: a file in the same folder by its name (the folder may be mounted elsewhere), any other by its path. Either this or `url`. */
  readonly socket?: string;
  /** Address of the ops endpoint when it listens on a port. Either this or `socket`. */
  readonly url?: string;
  /** Which SDK the server is built on, such as `v1` or `v2`. */
  readonly sdk?: string;
}

/** One start of one process (or worker thread): a pid comes back, a boot id does not. Twelve hex digits. */
export interface Boot {
  readonly pid: number;
  readonly bootId: string;
}

const NAME = /^([1-9]\d{0,9})-([0-9a-f]{12})\.(?:json|sock|tmp)$/;

/** `<pid>-<bootId>.json` */
export function registrationFileName({ pid, bootId }: Boot): string {
  return `${pid}-${bootId}.json`;
}

/** `<pid>-<bootId>.sock`. Short on purpose: the path of a Unix socket may have 107 bytes on Linux and 103 on macOS. */
export function socketFileName({ pid, bootId }: Boot): string {
  return `${pid}-${bootId}.sock`;
}

/** Whose file this is, judged by its name; undefined for a file that is none of ours. */
export function bootOfFileName(name: string): Boot | undefined {
  const match = NAME.exec(name);
  return match === null ? undefined : { pid: Number(match[1]), bootId: match[2] as string };
}

/** Where the runtime folder is, given what the environment says: the operator's choice, the user's runtime folder, or one in the folder for temporary files. */
export function runtimeFolder(places: {
  readonly chosen: string | undefined;
  readonly xdgRuntimeDir: string | undefined;
  readonly tmpDir: string;
  readonly uid: number;
}): string {
  if (places.chosen) return places.chosen;
  if (places.xdgRuntimeDir) return `${trimSlash(places.xdgRuntimeDir)}/mcp-ops`;
  return `${trimSlash(places.tmpDir)}/mcp-ops-${places.uid}`;
}

/** The text of a registration file. */
export function formatRegistration(registration: Registration): string {
  return `${JSON.stringify(registration)}\n`;
}

/** Reads a registration file. Fields it does not know are left out, so that a newer writer may add some. */
export function parseRegistration(text: string): Registration {
  const read = parseObject(text);
  if (read.schema !== 1) {
    throw invalid(
      `"schema" is ${JSON.stringify(read.schema)}, and this version reads 1 only. Update mcp-ops here, or there.`,
    );
  }
  const { socket, url, sdk } = read;
  if ((socket === undefined) === (url === undefined)) throw invalid('it needs either "socket" or "url".');
  return {
    schema: 1,
    server: field(read, "server", isText),
    pid: field(read, "pid", (value) => Number.isSafeInteger(value) && (value as number) > 0),
    bootId: field(read, "bootId", (value) => typeof value === "string" && /^[0-9a-f]{12}$/.test(value)),
    startedAt: field(read, "startedAt", (value) => typeof value === "string" && !Number.isNaN(Date.parse(value))),
    ...(socket !== undefined && { socket: field<string>(read, "socket", isText) }),
    ...(url !== undefined && {
      url: field<string>(read, "url", (value) => isText(value) && /^https?:\/\//.test(value)),
    }),
    ...(sdk !== undefined && { sdk: field<string>(read, "sdk", isText) }),
  };
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw invalid("it is not JSON.", cause);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw invalid("it is not a JSON object.");
  return value as Record<string, unknown>;
}

function field<T extends string | number>(
  read: Readonly<Record<string, unknown>>,
  name: string,
  valid: (value: unknown) => boolean,
): T {
  if (!valid(read[name])) throw invalid(`"${name}" cannot be ${JSON.stringify(read[name])}.`);
  return read[name] as T;
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function invalid(why: string, cause?: unknown): OpsError {
  return new OpsError(
    "REGISTRATION_INVALID",
    `This is no registration file of mcp-ops: ${why} Delete it; a running server writes its own at its next start.`,
    { cause },
  );
}

function trimSlash(path: string): string {
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}
