import type { Registration } from "@mcp-ops/formats";
import { httpCheck } from "@mcp-ops/kit";
import { registered as registeredIn } from "../fleet/discovery.ts";
import { pageAddress } from "../fleet/page-address.ts";
import { askHttp } from "../http-question.ts";
import { isRoleRefusal, McpClient } from "./mcp-client.ts";
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
    if (expectedTools.length > 0) await demandTools(client, expectedTools, leads);
    // On a standby its gate may refuse the call, which says nothing about the server.
    if (canary !== undefined && (leads || canary.onStandby)) await client.call(canary.tool, canary.arguments);
  } finally {
    await client.leave();
  }
}

/** The gate of a standby refuses lists, too, unless it was told otherwise: then nobody would ever be well enough to lead. */
async function demandTools(client: McpClient, expected: readonly string[], leads: boolean): Promise<void> {
  const names = await client.toolNames().catch((error: unknown) => {
    if (!leads && isRoleRefusal(error)) return undefined;
    throw error;
  });
  const missing = names === undefined ? [] : expected.filter((tool) => !names.has(tool));
  if (missing.length > 0) throw new Error(`it lacks the tools ${missing.join(", ")}`);
}

/** Sweeps nothing: who was killed is the fleet's to tell, and it knows of them by what they left. */
async function probeRegistered(name: string, folder: string, signal: AbortSignal): Promise<void> {
  const { registrations } = await registeredIn(folder, MAX_REGISTRATIONS);
  const named = registrations.filter(({ server }) => server === name);
  if (named.length === 0) throw new Error(`no server is registered as ${name}`);
  const found = await Promise.allSettled(named.map((one) => demandReady(one, folder, signal)));
  const [failed] = found.filter((one) => one.status === "rejected");
  if (failed !== undefined && found.length === found.filter((one) => one.status === "rejected").length)
    throw failed.reason;
}

async function demandReady(one: Registration, folder: string, signal: AbortSignal): Promise<void> {
  const { status } = await askHttp(pageAddress(one, folder, "/readyz"), { method: "GET", signal });
  if (status !== 200) throw new Error(`its ops endpoint says that it is not ready (HTTP ${status})`);
}

async function probePage(url: string, signal: AbortSignal): Promise<void> {
  const { ok, message } = await httpCheck({ url }).run(signal);
  if (!ok) throw new Error(`${new URL(url).host} answered ${message}`);
}
