import { homedir } from "node:os";
import { join, resolve } from "node:path";
import type { ConfigSource, LoadedConfig } from "../config/load.ts";

/** systemd names the folder of a service in `STATE_DIRECTORY` (StateDirectory= in the unit). */
export function stateFile({ config, folder }: LoadedConfig, env: ConfigSource["env"]): string {
  if (config.state.file !== undefined) return resolve(folder, config.state.file);
  const home = env.XDG_STATE_HOME || join(env.HOME || homedir(), ".local", "state");
  return join(env.STATE_DIRECTORY?.split(":")[0] || join(home, "mcp-ops"), "sidecar.db");
}
