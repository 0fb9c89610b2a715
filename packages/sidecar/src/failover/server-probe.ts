import { join } from "node:path";
import type { Registration } from "@mcp-ops/formats";
import { httpCheck } from "@mcp-ops/kit";
import { discover } from "../fleet/discovery.ts";
import { askHttp } from "../http-question.ts";
import { McpClient, RefusedByGate } from "./mcp-client.ts";
import type { ServerSettings } from "./server-settings.ts";

/** What a probe needs besides its settings. */
export interface ProbePlace {
  /** The bearer token the server wants. */
  readonly token: string | undefined;
  /** Where servers register. */
  readonly runtimeFolder: string;
}

/** More servers than one machine has. */
const MAX_REGISTRATIONS = 1_000;

/** Whether there is anything to ask. */
export function isProbed({ url, registered, http }: ServerSettings): boolean {
  return url !== undefined || registered !== undefined || http.length > 0;
}

/** Asks a server everything that the config wants to hear of it. Throws with what is wrong, in a few words. */
export async function probeServer(
  settings: ServerSettings,
  { token, runtimeFolder }: ProbePlace,
  leads: boolean,
  signal: AbortSignal,
): Promise<void> {
  const { url, registered, http } = settings;
  await Promise.all([
    url === undefined ? undefined : probeMcp(new URL(url), token, settings, leads, signal),
    registered === undefined ? undefined : probeRegistered(registered, runtimeFolder, signal),
    ...http.map((page) => probePage(page, signal)),
  ]);
}

async function probeMcp(
  url: URL,
  token: string | undefined,
  { expectedTools, canary }: ServerSettings,
  leads: boolean,
  signal: AbortSignal,
): Promise<void> {
  const client = new McpClient(url, token, signal);
  try {
    await client.greet();
    await demandTools(client, expectedTools, leads);
    // On a standby its gate may refuse the call, which says nothing about the server.
    if (canary !== undefined && (leads || canary.onStandby)) await client.call(canary.tool, canary.arguments);
  } finally {
    await client.leave();
  }
}

async function demandTools(client: McpClient, expected: readonly string[], leads: boolean): Promise<void> {
  if (expected.length === 0) return;
  const names = await client.toolNames().catch((error: unknown) => {
    // Where a standby's gate refuses what reads, a node would else be ill for not leading, and never lead.
    if (!leads && error instanceof RefusedByGate) return undefined;
    throw error;
  });
  const missing = expected.filter((tool) => names?.has(tool) === false);
  if (missing.length > 0) throw new Error(`it lacks the tools ${missing.join(", ")}`);
}

async function probeRegistered(name: string, folder: string, signal: AbortSignal): Promise<void> {
  const { registrations } = await discover(folder, MAX_REGISTRATIONS);
  const named = registrations.filter(({ server }) => server === name);
  if (named.length === 0) throw new Error(`no server is registered as ${name}`);
  const found = await Promise.allSettled(named.map((one) => demandReady(one, folder, signal)));
  const [failed] = found.filter((one) => one.status === "rejected");
  if (failed !== undefined && found.length === found.filter((one) => one.status === "rejected").length)
    throw failed.reason;
}

async function demandReady({ socket, url }: Registration, folder: string, signal: AbortSignal): Promise<void> {
  const to = url === undefined ? { socket: join(folder, socket ?? ""), path: "/readyz" } : new URL("/readyz", url);
  const { status } = await askHttp(to, { method: "GET", signal });
  if (status !== 200) throw new Error(`its ops endpoint says that it is not ready (HTTP ${status})`);
}

async function probePage(url: string, signal: AbortSignal): Promise<void> {
  const { ok, message } = await httpCheck({ url }).run(signal);
  if (!ok) throw new Error(`${new URL(url).host} answered ${message}`);
}
