import { isObject, textOf } from "./messages.ts";

/** One template a server has registered. */
interface RegisteredTemplate {
  readonly resourceTemplate?: { readonly uriTemplate?: { match(uri: string): unknown; toString(): string } };
}

/** What `McpServer` of SDK v1 and v2 keeps about what it serves. Private names, the same in both, read and never written. */
interface Registry {
  readonly _registeredTools?: Record<string, { readonly inputSchema?: unknown } & Enabled>;
  readonly _registeredPrompts?: Record<string, Enabled>;
  readonly _registeredResources?: Record<string, Enabled>;
  readonly _registeredResourceTemplates?: Record<string, RegisteredTemplate & Enabled>;
  validateToolInput?(tool: unknown, args: unknown, name: string): Promise<unknown>;
}

interface Enabled {
  readonly enabled?: boolean;
}

interface LowLevelServer {
  readonly _serverInfo?: { readonly name?: unknown };
  readonly _requestHandlers?: { has?(method: string): boolean };
}

export type TargetKind = "tool" | "prompt" | "resource";

/** What can be known of a server inside its own process. Every answer may be "not known": nothing here is public API of an SDK. */
export class ServerFacts {
  readonly #lowLevel: LowLevelServer;
  readonly #registry: Registry;

  /** `mcpServer` is the high-level server where there is one. */
  constructor(lowLevel: object, mcpServer: object | undefined) {
    this.#lowLevel = lowLevel;
    this.#registry = mcpServer ?? {};
  }

  /** The name the server gives itself. */
  get name(): string | undefined {
    return serverNameOf(this.#lowLevel);
  }

  handles(method: string): boolean {
    return this.#lowLevel._requestHandlers?.has?.(method) === true;
  }

  /** Whether targets of this kind are known in process: the server has registered some. */
  lists(kind: TargetKind): boolean {
    const registry = this.#registry;
    if (kind === "tool") return !isEmpty(registry._registeredTools);
    if (kind === "prompt") return !isEmpty(registry._registeredPrompts);
    return !isEmpty(registry._registeredResources) || !isEmpty(registry._registeredResourceTemplates);
  }

  /** The label of a target the server has registered; null when it has registered others of the kind but not this; undefined when nothing is known. */
  find(kind: TargetKind, target: string): string | null | undefined {
    if (!this.lists(kind)) return undefined;
    if (kind === "resource") return this.#findResource(target);
    const registered = (kind === "tool" ? this.#registry._registeredTools : this.#registry._registeredPrompts) ?? {};
    return Object.hasOwn(registered, target) && registered[target]?.enabled !== false ? target : null;
  }

  /** Whether the server's own check refuses these arguments. Runs that check again, so it is asked only after a tool has failed. */
  async refusesArguments(tool: string, args: unknown): Promise<boolean> {
    const tools = this.#registry._registeredTools;
    const entry = tools !== undefined && Object.hasOwn(tools, tool) ? tools[tool] : undefined;
    if (entry?.inputSchema === undefined || typeof this.#registry.validateToolInput !== "function") return false;
    try {
      await this.#registry.validateToolInput(entry, args, tool);
      return false;
    } catch {
      return true;
    }
  }

  #findResource(uri: string): string | null {
    const { _registeredResources: resources, _registeredResourceTemplates: templates } = this.#registry;
    if (resources !== undefined && Object.hasOwn(resources, uri) && resources[uri]?.enabled !== false) return uri;
    for (const entry of Object.values(templates ?? {})) {
      const template = entry.resourceTemplate?.uriTemplate;
      if (template !== undefined && entry.enabled !== false && matches(template, uri)) return template.toString();
    }
    return null;
  }
}

/** The name a low-level server was made with. */
export function serverNameOf(lowLevel: LowLevelServer): string | undefined {
  return textOf(lowLevel._serverInfo?.name);
}

function matches(template: { match(uri: string): unknown }, uri: string): boolean {
  try {
    return isObject(template.match(uri));
  } catch {
    return false;
  }
}

function isEmpty(record: object | undefined): boolean {
  for (const _ in record) return false;
  return true;
}
