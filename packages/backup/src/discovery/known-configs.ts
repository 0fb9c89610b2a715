/** How a program writes its configuration. Only the first two are read for the servers they name. */
export type ConfigFormat = "json" | "jsonc" | "toml" | "yaml";

/** A program's configuration in which MCP servers are named. */
export interface KnownConfig {
  /** The program, as its makers write it. */
  readonly client: string;
  readonly format: ConfigFormat;
  /** Where the servers stand: names of members from the top, `*` for each. */
  readonly servers: readonly string[];
}

export type Platform = "linux" | "darwin" | "win32";

interface Place extends KnownConfig {
  /** Below the home folder; `{config}` is the folder in which programs of the platform keep theirs. */
  readonly path: string;
}

const MCP_SERVERS = ["mcpServers"];
const inUserFolder = (path: string) => `{config}/${path}`;

/**
 * Below a person's home: where these programs were known to keep it in November 2026. Not checked against each release: one that moved
 * is not found, and is named as a source then.
 */
export const USER_CONFIGS: readonly Place[] = [
  {
    client: "Claude Desktop",
    format: "json",
    servers: MCP_SERVERS,
    path: inUserFolder("Claude/claude_desktop_config.json"),
  },
  { client: "Claude Code", format: "json", servers: ["mcpServers", "projects.*.mcpServers"], path: ".claude.json" },
  { client: "Cursor", format: "jsonc", servers: MCP_SERVERS, path: ".cursor/mcp.json" },
  { client: "VS Code", format: "jsonc", servers: ["servers"], path: inUserFolder("Code/User/mcp.json") },
  {
    client: "VS Code Insiders",
    format: "jsonc",
    servers: ["servers"],
    path: inUserFolder("Code - Insiders/User/mcp.json"),
  },
  { client: "Windsurf", format: "json", servers: MCP_SERVERS, path: ".codeium/windsurf/mcp_config.json" },
  {
    client: "Cline",
    format: "json",
    servers: MCP_SERVERS,
    path: inUserFolder("Code/User/globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json"),
  },
  { client: "Gemini CLI", format: "jsonc", servers: MCP_SERVERS, path: ".gemini/settings.json" },
  { client: "LM Studio", format: "json", servers: MCP_SERVERS, path: ".lmstudio/mcp.json" },
  { client: "Kiro", format: "json", servers: MCP_SERVERS, path: ".kiro/settings/mcp.json" },
  { client: "Zed", format: "jsonc", servers: ["context_servers"], path: ".config/zed/settings.json" },
  { client: "Codex", format: "toml", servers: ["mcp_servers"], path: ".codex/config.toml" },
];

/** In the folder of a project. */
export const PROJECT_CONFIGS: readonly Place[] = [
  { client: "Claude Code", format: "json", servers: MCP_SERVERS, path: ".mcp.json" },
  { client: "Cursor", format: "jsonc", servers: MCP_SERVERS, path: ".cursor/mcp.json" },
  { client: "VS Code", format: "jsonc", servers: ["servers"], path: ".vscode/mcp.json" },
];

/** Where a platform's programs keep their configuration, below the home folder. */
export const CONFIG_FOLDER: Readonly<Record<Platform, string>> = {
  linux: ".config",
  darwin: "Library/Application Support",
  win32: "AppData/Roaming",
};
