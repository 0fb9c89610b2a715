import { withoutSecrets } from "@mcp-ops/formats";
import { Document, isPair, isScalar, visit } from "yaml";
import type { LoadedConfig } from "./load.ts";
import type { Config } from "./schema.ts";

/** The config with everything that looks like a secret masked. References stay: they say where a secret is, and not what it is. */
export function maskedConfig(config: Config): Config {
  return masked(config) as Config;
}

/** The config that holds, as YAML, each value with the place it comes from. Secrets are masked. */
export function shownConfig({ config, layers }: LoadedConfig): string {
  const document = new Document(maskedConfig(config));
  visit(document, {
    Pair(_, pair, ancestors) {
      const keys = [...ancestors.filter(isPair), pair].map(({ key }) => (isScalar(key) ? String(key.value) : ""));
      const { value } = pair;
      if (!isScalar(value)) return;
      const said = layers.map((layer) => layer.where(keys)).findLast((where) => where !== undefined);
      value.comment = ` ${said ?? "default"}`;
    },
  });
  return document.toString({ flowCollectionPadding: false });
}

function masked(value: unknown): unknown {
  if (typeof value === "string") return withoutSecrets(value);
  if (Array.isArray(value)) return value.map(masked);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, masked(inner)]));
}
