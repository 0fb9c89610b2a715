import { resolve } from "node:path";
import { embeddedStore, etcdStore, kubernetesStore, type LeaseStore, postgresStore } from "@mcp-ops/failover";
import type { Place } from "../backup/open-set.ts";
import { readSecret, readText } from "../config/secrets.ts";
import type { StoreSettings } from "./store-settings.ts";

/** Opens the store of a config. @throws SIDECAR_SECRET_UNREADABLE */
export function openStore(settings: StoreSettings, place: Place): LeaseStore {
  const { folder, env } = place;
  switch (settings.kind) {
    case "embedded": {
      const token = readSecret("failover.store.token", settings.token, folder, env);
      return embeddedStore({ url: settings.url, token, tls: tlsOf(settings, folder) });
    }
    case "etcd": {
      const { user: name, password: reference } = settings;
      const password = reference && readSecret("failover.store.password", reference, folder, env);
      const user = name === undefined || password === undefined ? undefined : { name, password };
      return etcdStore({ endpoints: settings.urls, user, tls: tlsOf(settings, folder) });
    }
    case "postgres":
      return postgresStore({ connectionString: readSecret("failover.store.url", settings.url, folder, env) });
    case "kubernetes":
      return kubernetesStore({
        server: apiServerOf(env),
        namespace: settings.namespace,
        serviceAccount: settings.serviceAccount && resolve(folder, settings.serviceAccount),
      });
  }
}

/** As Kubernetes tells every pod, which need not have its DNS. Undefined where it does not. */
function apiServerOf({ KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = "443" }: Place["env"]) {
  return host ? `https://${host.includes(":") ? `[${host}]` : host}:${port}` : undefined;
}

interface TlsPaths {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

function tlsOf(paths: TlsPaths, folder: string): { ca?: string; cert?: string; key?: string } | undefined {
  const named = (["ca", "cert", "key"] as const).flatMap((part) =>
    paths[part] === undefined ? [] : [[part, paths[part]] as const],
  );
  if (named.length === 0) return undefined;
  return Object.fromEntries(
    named.map(([part, path]) => [part, readText(`failover.store.${part}`, resolve(folder, path))]),
  );
}
