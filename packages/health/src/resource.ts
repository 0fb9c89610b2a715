import type { Exchange } from "@mcp-ops/exchange";
import { wrong } from "./check.ts";

/** What reading a resource gives: a text, or bytes in base64. */
export type Content = string | { readonly text: string } | { readonly blob: string };

/** A resource that a watched server offers besides its own. */
export interface Resource {
  readonly uri: string;
  readonly name: string;
  readonly description?: string | undefined;
  readonly mimeType?: string | undefined;
  /** Called for each reading. Who asks is in `exchange`. */
  read(exchange: Exchange): Content | Promise<Content>;
}

/** How a list shows it. */
export function entryOf({ uri, name, description, mimeType }: Resource): object {
  return { uri, name, ...(description !== undefined && { description }), ...(mimeType !== undefined && { mimeType }) };
}

/** How a reading shows it. */
export function contentsOf({ uri, mimeType }: Resource, content: Content): object {
  const body = typeof content === "string" ? { text: content } : content;
  return { contents: [{ uri, ...(mimeType !== undefined && { mimeType }), ...body }] };
}

/** Resources by URI. */
export function shelf(resources: readonly Resource[]): ReadonlyMap<string, Resource> {
  const byUri = new Map<string, Resource>();
  for (const resource of resources) {
    const { uri } = resource;
    if (!URL.canParse(uri)) throw wrong(`${JSON.stringify(uri)} is no URI. Write one such as health://backups.`);
    if (byUri.has(uri)) throw wrong(`Two resources have the URI ${uri}. Give one of them another, or turn one off.`);
    byUri.set(uri, resource);
  }
  return byUri;
}
