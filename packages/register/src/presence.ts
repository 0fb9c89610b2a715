import { rmSync } from "node:fs";
import {
  announce,
  closeJournals,
  KIT_ERROR,
  type Listen,
  type OpsEndpoint,
  opsEndpoint,
  removeTraces,
  type Settings,
  thisBoot,
} from "@mcp-ops/kit";
import { beforeKilled } from "./before-killed.ts";
import type { Sdk } from "./sdk-entries.ts";
import { messageOf, warnOnce } from "./warn.ts";

let appeared = false;

/** Opens the ops endpoint and registers it in the runtime folder, once per process or worker thread. Does not wait for it. */
export function appear(settings: Settings, server: string, sdk: Sdk): void {
  if (appeared) return;
  appeared = true;
  for (const problem of settings.problems) warnOnce(problem, problem);
  beforeKilled(closeJournals);
  if (settings.listen === "off") return;
  let endpoint: OpsEndpoint | undefined;
  beforeKilled(() => {
    removeTraces(settings.folder, thisBoot());
    if (endpoint?.socketPath !== undefined) rmSync(endpoint.socketPath, { force: true });
  });
  open(settings, settings.listen, server, sdk).then(
    (opened) => {
      endpoint = opened;
    },
    (error: unknown) =>
      warnOnce("endpoint", `There is no ops endpoint, and the server runs on without it. ${messageOf(error)}`),
  );
}

/** The operator's choice; where that cannot be had, what comes nearest, with a warning. */
async function open(settings: Settings, listen: Listen | undefined, server: string, sdk: Sdk): Promise<OpsEndpoint> {
  const { folder, hosts } = settings;
  try {
    return await announce({ folder, server, sdk, hosts, listen });
  } catch (error) {
    if (listen === undefined) throw error;
    const { code } = error as { code?: unknown };
    warnOnce("endpoint", messageOf(error));
    if (code === KIT_ERROR.runtimeFolder) return opsEndpoint({ listen, hosts });
    // Workers of a cluster and child processes inherit the address, and only one of them can have it.
    if (code === KIT_ERROR.portInUse || code === KIT_ERROR.socketInUse) return announce({ folder, server, sdk });
    throw error;
  }
}
