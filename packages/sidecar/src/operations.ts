import { SIDECAR_ERROR } from "./codes.ts";
import type { Host, HostedStatus } from "./duties/host.ts";
import { type AdminRoute, problem } from "./listeners/admin-route.ts";
import { messageOf } from "./log.ts";

/** What the admin API can read of the daemon, and do with it. */
export interface Operations {
  readonly status: () => object;
  /** The config that holds, masked. */
  readonly config: () => object;
  readonly reload: () => Promise<void>;
  readonly hosts: ReadonlyMap<string, Host>;
}

/** The routes of the daemon itself, and behind them those of the duties. */
export function adminRoutes({ status, config, reload, hosts }: Operations): readonly AdminRoute[] {
  return [
    {
      method: "get",
      path: "/status",
      about: "How the daemon and each duty are",
      respond: async () => ({ status: 200, body: status() }),
    },
    {
      method: "get",
      path: "/config",
      about: "The config that holds, with secrets masked",
      respond: async () => ({ status: 200, body: config() }),
    },
    {
      method: "post",
      path: "/reload",
      about: "Read the config again, as SIGHUP does",
      respond: () => reloaded(reload),
    },
    {
      method: "post",
      path: "/duties/{name}/restart",
      about: "Stop a duty and start it anew, without waiting for the next try",
      respond: ({ params }) => restarted(hosts.get(params.name ?? "")),
    },
    ...[...hosts.values()].flatMap((host) => host.routes),
  ];
}

async function reloaded(reload: () => Promise<void>): ReturnType<AdminRoute["respond"]> {
  try {
    await reload();
    return { status: 200, body: { reloaded: true } };
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    return problem(409, typeof code === "string" ? code : SIDECAR_ERROR.requestFailed, messageOf(error));
  }
}

async function restarted(host: Host | undefined): ReturnType<AdminRoute["respond"]> {
  if (host === undefined)
    return problem(404, SIDECAR_ERROR.noSuchRoute, "There is no such duty. /api/v1/status lists them.");
  await host.restart();
  const status: HostedStatus = host.status();
  return { status: status.phase === "running" ? 200 : 503, body: status };
}
