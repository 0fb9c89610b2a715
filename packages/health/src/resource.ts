import type { Exchange } from "@mcp-ops/exchange";
import { wrong } from "./check.ts";
import { uriTemplate } from "./uri-template.ts";

/** What reading a resource gives: a text, bytes in base64, or why what was asked for cannot be. */
export type Content = string | { readonly text: string } | { readonly blob: string } | { readonly invalid: string };

/** How a list shows a resource or a template. */
interface Shown {
  readonly name: string;
  readonly description?: string | undefined;
  readonly mimeType?: string | undefined;
}

/** A resource that a watched server offers besides its own. */
export interface Resource extends Shown {
  readonly uri: string;
  /** Called for each reading. Who asks is in `exchange`. */
  read(exchange: Exchange): Content | Promise<Content>;
}

/** Resources that are asked for with variables. */
export interface ResourceTemplate extends Shown {
  /** Such as `cost://summary{?days}`. */
  readonly uriTemplate: string;
  /** Called for each reading, with what the URI says. */
  read(exchange: Exchange, variables: Readonly<Record<string, string>>): Content | Promise<Content>;
}

/** What is offered, and how it is found. */
export interface Offer {
  readonly key: string;
  readonly member: "resources" | "resourceTemplates";
  readonly entry: object;
  readonly mimeType: string | undefined;
  /** Gives what reads this URI; undefined where it is another's. */
  find(uri: string): ((exchange: Exchange) => Content | Promise<Content>) | undefined;
}

/** Everything that is offered. */
export type Shelf = readonly Offer[];

export function shelf(resources: readonly Resource[], templates: readonly ResourceTemplate[] = []): Shelf {
  const offers = [...resources.map(offerOf), ...templates.map(offerOfTemplate)];
  const keys = new Set<string>();
  for (const { key } of offers) {
    if (keys.has(key)) throw wrong(`Two resources have the URI ${key}. Give one of them another, or turn one off.`);
    keys.add(key);
  }
  return offers;
}

function offerOf(resource: Resource): Offer {
  const { uri, mimeType } = resource;
  if (!URL.canParse(uri)) throw wrong(`${JSON.stringify(uri)} is no URI. Write one such as health://backups.`);
  return {
    key: uri,
    member: "resources",
    entry: { uri, ...shown(resource) },
    mimeType,
    find: (asked) => (asked === uri ? (exchange) => resource.read(exchange) : undefined),
  };
}

function offerOfTemplate(template: ResourceTemplate): Offer {
  const expand = uriTemplate(template.uriTemplate);
  return {
    key: template.uriTemplate,
    member: "resourceTemplates",
    entry: { uriTemplate: template.uriTemplate, ...shown(template) },
    mimeType: template.mimeType,
    find(asked) {
      const variables = expand(asked);
      return variables && ((exchange) => template.read(exchange, variables));
    },
  };
}

function shown({ name, description, mimeType }: Shown): object {
  return { name, ...(description !== undefined && { description }), ...(mimeType !== undefined && { mimeType }) };
}

/** How a reading shows it. */
export function contentsOf(
  uri: string,
  mimeType: string | undefined,
  content: Exclude<Content, { invalid: string }>,
): object {
  const body = typeof content === "string" ? { text: content } : content;
  return { contents: [{ uri, ...(mimeType !== undefined && { mimeType }), ...body }] };
}
