import { withoutSecrets } from "@mcp-ops/formats";
import { Document, isPair, isScalar, isSeq, visit } from "yaml";
import { originOf } from "./layer.ts";
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
      const { value } = pair;
      if (isScalar(value)) value.comment = ` ${originOf(layers, pathOf([...ancestors, pair])) ?? "default"}`;
    },
  });
  return document.toString({ flowCollectionPadding: false });
}

/** Keys of maps, and places in lists. */
function pathOf(nodes: readonly unknown[]): readonly PropertyKey[] {
  return nodes.flatMap((node, depth): readonly PropertyKey[] => {
    if (isSeq(node)) return [node.items.indexOf(nodes[depth + 1])];
    return isPair(node) && isScalar(node.key) ? [String(node.key.value)] : [];
  });
}

function masked(value: unknown): unknown {
  if (typeof value === "string") return withoutSecrets(value);
  if (Array.isArray(value)) return value.map(masked);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, masked(inner)]));
}
