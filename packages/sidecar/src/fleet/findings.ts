import { readSettings } from "@mcp-ops/kit";
import type { Findings } from "../config/init.ts";
import { discover } from "./discovery.ts";
import { DEFAULT_MAX_SERVERS } from "./settings.ts";

/** The servers that run now, for the head of a new config. */
export async function fleetFindings(env: Readonly<Record<string, string | undefined>>): Promise<Findings> {
  const { folder } = readSettings(env, process.getuid?.() ?? 0);
  try {
    const { registrations } = await discover(folder, DEFAULT_MAX_SERVERS);
    const names = [...new Set(registrations.map(({ server }) => server))].map((name) =>
      name.replace(/[^\x20-\x7e]/g, "?"),
    );
    const found = names.length === 0 ? "No server is registered" : `Registered now: ${names.join(", ")}`;
    return { values: {}, notes: [`${found} (in ${folder}).`] };
  } catch (error) {
    return {
      values: {},
      notes: [`Servers could not be looked for: ${error instanceof Error ? error.message : "no reason given"}`],
    };
  }
}
