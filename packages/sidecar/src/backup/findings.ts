import { discover } from "@mcp-ops/backup";
import type { Findings } from "../config/init.ts";
import { messageOf } from "../log.ts";
import { discoverOptions } from "./open-set.ts";

/** A set for the configs of MCP clients on this machine, and for the databases that their servers are started with. */
export async function backupFindings(env: Readonly<Record<string, string | undefined>>): Promise<Findings> {
  try {
    const { configs, serverFiles } = await discover(discoverOptions(env));
    if (configs.length === 0) return { values: {}, notes: ["No config of an MCP client was found to back up."] };
    const clients = [...new Set(configs.map(({ client }) => client))].join(", ");
    const databases = serverFiles.filter(({ kind }) => kind === "database");
    const named = databases.map(({ path }, index) => [
      `database-${index + 1}`,
      { kind: "sqlite", path, required: false },
    ]);
    return {
      values: {
        "backup.sets.mcp.discover": ["clients", "server-files"],
        ...(named.length > 0 && { "backup.sets.mcp.databases": Object.fromEntries(named) }),
      },
      notes: [`The set mcp backs up what is configured for: ${clients}.`],
    };
  } catch (error) {
    return { values: {}, notes: [`Configs of MCP clients could not be looked for: ${messageOf(error)}`] };
  }
}
