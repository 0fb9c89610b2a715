import { homedir } from "node:os";
import { join, resolve } from "node:path";
import type { ConfigSource, LoadedConfig } from "../config/load.ts";

export function stateFile({ config, folder }: LoadedConfig, env: ConfigSource["env"]): string {
  if (config.state.file !== undefined) return resolve(folder, config.state.file);
  return join(stateFolder(env), "sidecar.db");
}

/** What is to outlive a restart lies here. systemd names the folder of a service in `STATE_DIRECTORY` (StateDirectory= in the unit). */
export function stateFolder(env: ConfigSource["env"]): string {
  const home = env.XDG_STATE_HOME || join(env.HOME || homedir(), ".local", "state");
  return env.STATE_DIRECTORY?.split(":")[0] || join(home, "mcp-ops");
}
