import { z } from "zod";
import { path, type SecretReference, secret } from "../config/sections.ts";

interface EmbeddedSettings {
  readonly kind: "embedded";
  readonly url: string;
  readonly token: SecretReference;
  readonly ca?: string | undefined;
}

interface EtcdSettings {
  readonly kind: "etcd";
  readonly urls: readonly string[];
  readonly user?: string | undefined;
  readonly password?: SecretReference | undefined;
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

interface PostgresSettings {
  readonly kind: "postgres";
  readonly url: SecretReference;
}

interface KubernetesSettings {
  readonly kind: "kubernetes";
  readonly namespace?: string | undefined;
  readonly serviceAccount?: string | undefined;
}

/** Where the lease is kept. */
export type StoreSettings = EmbeddedSettings | EtcdSettings | PostgresSettings | KubernetesSettings;

const httpUrl = (example: string) =>
  z.url({ protocol: /^https?$/, error: `must be an http or https URL, such as ${example}` });

export const storeSettings: z.ZodType<StoreSettings> = z
  .discriminatedUnion(
    "kind",
    [
      z.strictObject({
        kind: z.literal("embedded"),
        url: httpUrl("http://10.0.0.3:9467"),
        token: secret,
        ca: path.optional(),
      }),
      z.strictObject({
        kind: z.literal("etcd"),
        urls: z.array(httpUrl("http://10.0.0.3:2379")).min(1).max(9),
        user: path.optional(),
        password: secret.optional(),
        ca: path.optional(),
        cert: path.optional(),
        key: path.optional(),
      }),
      z.strictObject({ kind: z.literal("postgres"), url: secret }),
      z.strictObject({
        kind: z.literal("kubernetes"),
        namespace: path.optional(),
        serviceAccount: path.optional(),
      }),
    ],
    { error: "must have a kind: embedded, etcd, postgres or kubernetes" },
  )
  .describe("Who keeps the lease: embedded (the duty arbiter of another sidecar), etcd, postgres or kubernetes.")
  .meta({
    examples: [{ kind: "embedded", url: "http://10.0.0.3:9467", token: { file: "/etc/mcp-ops/arbiter-token" } }],
  });
