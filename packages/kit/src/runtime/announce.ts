import { rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { type Boot, type Registration, registrationFileName, socketFileName } from "@mcp-ops/formats";
import { checkOptions, type Expected, text } from "../check-options.ts";
import { ENDPOINT_OPTIONS, type OpsEndpoint, type OpsEndpointOptions, opsEndpoint } from "../ops-endpoint.ts";
import { proposeFolder } from "../parts/process-parts.ts";
import { thisBoot } from "./boot.ts";
import { openRuntimeFolder } from "./runtime-folder.ts";
import { leaveRegistration, removeTraces, sweep } from "./traces.ts";

export interface AnnounceOptions extends OpsEndpointOptions {
  /** The runtime folder, in which the sidecar looks; `runtimeFolder()` tells the usual one. */
  readonly folder: string;
  /** Name of the server, for people. */
  readonly server: string;
  /** SDK the server is built on, such as `v2`. */
  readonly sdk?: string | undefined;
}

/** An ops endpoint that the sidecar can find. */
export interface Announcement extends OpsEndpoint {
  /** Path of the registration file. */
  readonly file: string;
}

/**
 * Opens the ops endpoint, by default on a socket in the runtime folder, and leaves a registration file there. Once per
 * process (or worker thread). Socket and file go with `close()`, or when the process exits; what a killed one left is swept
 * by the next that comes.
 */
export async function announce(options: AnnounceOptions): Promise<Announcement> {
  checkOptions("announce()", options, OPTIONS);
  const { folder: given, server, sdk, ...endpointOptions } = options;
  const folder = resolve(given);
  const boot = thisBoot();
  await openRuntimeFolder(folder);
  proposeFolder(folder);
  const cleanUp = () => removeTraces(folder, boot);
  process.once("exit", cleanUp);
  const file = join(folder, registrationFileName(boot));
  let endpoint: OpsEndpoint | undefined;
  const close = async () => {
    process.off("exit", cleanUp);
    if (endpoint === undefined) return;
    await rm(file, { force: true }).catch(() => {});
    await endpoint.close();
  };
  try {
    await sweep(folder, boot);
    const listen = options.listen ?? { socket: join(folder, socketFileName(boot)) };
    endpoint = await opsEndpoint({ ...endpointOptions, listen });
    await leaveRegistration(file, registration(boot, folder, endpoint, server, sdk));
    return { ...endpoint, file, close, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

const required: Expected = { ...text, required: true };
const OPTIONS: Readonly<Record<keyof AnnounceOptions, Expected>> = {
  ...ENDPOINT_OPTIONS,
  folder: required,
  server: required,
  sdk: text,
};

function registration(
  boot: Boot,
  folder: string,
  { url, socketPath }: OpsEndpoint,
  server: string,
  sdk: string | undefined,
): Registration {
  const startedAt = new Date(performance.timeOrigin).toISOString();
  const address = socketPath === undefined ? { url: url as string } : { socket: inside(folder, socketPath) };
  return { schema: 1, server, ...boot, startedAt, ...address, ...(sdk !== undefined && { sdk }) };
}

/** By its name when it lies in the folder, for another container may see the folder under another path. */
function inside(folder: string, socketPath: string): string {
  const path = resolve(socketPath);
  return dirname(path) === folder ? basename(path) : path;
}
