import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { failoverError } from "../errors.ts";
import type { CallOptions } from "../lease-store.ts";
import { ask, unreachable, urlOf } from "./ask.ts";

export interface KubernetesOptions {
  /** Default: `https://kubernetes.default.svc`. */
  readonly server?: string | undefined;
  /** Default: the namespace of the service account. */
  readonly namespace?: string | undefined;
  /** Folder with `token`, `ca.crt` and `namespace`. Default: where Kubernetes mounts it into a pod. */
  readonly serviceAccount?: string | undefined;
}

/** As much of a `coordination.k8s.io/v1` Lease as we read. */
export interface LeaseObject {
  readonly metadata: {
    readonly name: string;
    readonly resourceVersion?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: {
    readonly holderIdentity?: string | null;
    readonly leaseDurationSeconds?: number;
    readonly acquireTime?: string;
    readonly renewTime?: string;
    readonly leaseTransitions?: number;
  };
}

const DEFAULT_SERVER = "https://kubernetes.default.svc";
const DEFAULT_SERVICE_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";

/** The Lease API. Token and authority are read at every call, because Kubernetes changes them while a pod runs. */
export class KubernetesApi {
  readonly #server: URL;
  readonly #folder: string;
  readonly #namespace: string | undefined;

  constructor(options: KubernetesOptions) {
    this.#server = urlOf("The server of Kubernetes", options.server ?? DEFAULT_SERVER);
    this.#folder = options.serviceAccount ?? DEFAULT_SERVICE_ACCOUNT;
    this.#namespace = options.namespace;
  }

  /** As a majority of the API's own store has it; undefined where there is none. */
  async get(name: string, options: CallOptions): Promise<LeaseObject | undefined> {
    const { status, body } = await this.#ask("GET", name, undefined, options);
    return isMissing(status, body) ? undefined : leaseIn(status, body);
  }

  /** Undefined when somebody else was faster. */
  async write(lease: LeaseObject, options: CallOptions): Promise<LeaseObject | undefined> {
    const isNew = lease.metadata.resourceVersion === undefined;
    const whole = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", ...lease };
    const { status, body } = await this.#ask(isNew ? "POST" : "PUT", lease.metadata.name, whole, options);
    // 404: it was deleted meanwhile.
    if (status === 409 || (!isNew && isMissing(status, body))) return undefined;
    return leaseIn(status, body);
  }

  async #ask(method: "GET" | "POST" | "PUT", name: string, body: object | undefined, options: CallOptions) {
    const [token, ca, namespace] = await Promise.all([
      this.#file("token"),
      this.#file("ca.crt"),
      this.#namespace ?? this.#file("namespace"),
    ]);
    const leases = `/apis/coordination.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/leases`;
    const url = new URL(method === "POST" ? leases : `${leases}/${encodeURIComponent(name)}`, this.#server);
    const headers = { Authorization: `Bearer ${token}`, Accept: "application/json" };
    return ask({ method, url, headers, body, tls: { ca } }, options).catch((cause) => {
      throw unreachable("The API server of Kubernetes", cause);
    });
  }

  async #file(name: string): Promise<string> {
    const path = join(this.#folder, name);
    return readFile(path, "utf8").then(
      (text) => text.trim(),
      (cause) => {
        throw failoverError(
          "FAILOVER_STORE_REFUSED",
          `${path} cannot be read (${cause.code}). Let the pod mount its service account (automountServiceAccountToken), or name the folder.`,
          cause,
        );
      },
    );
  }
}

/** In the API server's own words: whatever stands before it, or an API server that is just starting, answers 404 too, and knows nothing of leases. */
function isMissing(status: number, body: unknown): boolean {
  const { kind, reason } = (body ?? {}) as { kind?: unknown; reason?: unknown };
  return status === 404 && kind === "Status" && reason === "NotFound";
}

function leaseIn(status: number, body: unknown): LeaseObject {
  const lease = body as LeaseObject | undefined;
  if ((status === 200 || status === 201) && lease?.metadata?.resourceVersion !== undefined) return lease;
  const about = (body as { message?: string } | undefined)?.message?.slice(0, 200) ?? "";
  if (status === 401 || status === 403) {
    throw failoverError(
      "FAILOVER_STORE_REFUSED",
      `The API server of Kubernetes refused (${status}): ${about} Give the service account a Role with get, create and update on leases of coordination.k8s.io.`,
    );
  }
  throw unreachable("The API server of Kubernetes", new Error(`status ${status} ${about}`.trim()));
}
